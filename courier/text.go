package courier

import (
	"strings"

	"github.com/jawort/jawort/locale"
)

// Render writes the text of an occasion in the language nearest to lang, a BCP 47 tag. An SMS is one SMS long, whatever names it
// is filled with: names are cut, the code and the amount never are. It is empty where the channel has no text for the occasion.
func Render(lang string, c Channel, o Occasion, v Values) (subject, text string) {
	switch c {
	case SMS:
		return "", renderSMS(lang, o, v)
	case Email:
		return renderEmail(lang, o, v)
	case App:
		return "", renderApp(lang, o, v)
	default:
		return "", ""
	}
}

// part is a value of a text. A name may be cut; anything else must stand as it is.
type part struct {
	text string
	name bool
}

func fixed(s string) part { return part{text: clean(s)} }
func name(s string) part  { return part{text: clean(s), name: true} }

// fill puts the parts into the text of a key. Names are cut to most characters.
func fill(lang, key string, parts []part, most int) string {
	args := make([]any, len(parts))
	for i, p := range parts {
		args[i] = p.text
		if p.name {
			args[i] = cut(p.text, most)
		}
	}
	return locale.Text(lang, key, args...)
}

// dots mark what was cut, in characters that every alphabet has.
const dots = "..."

// cut returns s with at most most characters.
func cut(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return strings.TrimRight(string(runes[:max(0, most-len(dots))]), " ") + dots
}

// clean takes what could begin another line, or another header, for a space.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !oneLine(string(r)) {
			return ' '
		}
		return r
	}, s))
}

func timeOf(lang string, v Values) part {
	return fixed(v.When.Format(locale.Text(lang, "courier.time")))
}
