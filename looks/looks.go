// Package looks holds the colours that all pages of Jawort have in common: the companion app's, the portal's, and those of the waiting component
// where it stands in the portal. It knows nothing of what is on a page.
package looks

import _ "embed"

//go:embed tokens.css
var tokens string

// Tokens returns the custom properties as a stylesheet begins with them.
func Tokens() []byte { return []byte(tokens + "\n") }
