// Package looks holds what all that Jawort shows to people has in common: colours, and how headings, buttons and fields look. The companion app and the server's
// pages begin their stylesheets with it, the waiting component has it within. It knows nothing of what is on a page.
package looks

import (
	_ "embed"
	"slices"
)

// base is modern-normalize (MIT), as its npm package has it: what makes browsers alike.
//
//go:embed base/modern-normalize.css
var base []byte

//go:embed tokens.css
var tokens []byte

//go:embed elements.css
var elements []byte

// Sheet returns what the stylesheet of a page begins with.
func Sheet() []byte {
	return slices.Concat(base, []byte("\n"), tokens, []byte("\n"), elements, []byte("\n"))
}

// Elements returns the part without colours, for a component that has those of the page around it.
func Elements() []byte { return slices.Clone(elements) }
