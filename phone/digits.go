package phone

import "strings"

// glyphs are the digits, each three wide and five high, line by line.
var glyphs = [5]string{
	"███  █  ███ ███ █ █ ███ ███ ███ ███ ███",
	"█ █ ██    █   █ █ █ █   █     █ █ █ █ █",
	"█ █  █  ███ ███ ███ ███ ███   █ ███ ███",
	"█ █  █  █     █   █   █ █ █   █ █ █   █",
	"███ ███ ███ ███   █ ███ ███   █ ███ ███",
}

const glyphWidth = 4 // with the gap

// large draws digits that can be read across a desk.
func large(digits string) string {
	var out strings.Builder
	for _, row := range glyphs {
		cells := []rune(row + " ")
		out.WriteString("   ")
		for _, d := range digits {
			if d < '0' || d > '9' {
				continue
			}
			at := int(d-'0') * glyphWidth
			out.WriteString(" " + string(cells[at:at+glyphWidth]))
		}
		out.WriteString("\n")
	}
	return out.String()
}
