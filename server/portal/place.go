package portal

import (
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/judge"
)

// place says in words from where somebody came, as far as it is known; empty: nothing is.
func (p Portal) place(v *Visit, b approval.Browser) string {
	if b == (approval.Browser{}) {
		return ""
	}
	text := p.browserName(v, b.Name, b.OS)
	if b.Country != "" {
		text += ", " + b.Country
	}
	if b.IP != "" {
		text += " (" + b.IP + ")"
	}
	return text
}

// browserName is how people call a browser.
func (p Portal) browserName(v *Visit, name, system string) string {
	if name == "" || name == judge.Unknown {
		name, _ = p.texts.In(v.Page.Lang, "browser.unknown")
	}
	if system == "" || system == judge.Unknown {
		return name
	}
	return name + ", " + system
}
