package album

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"slices"
)

// colours is how many a picture keeps. Screens are drawn in few; the others are of the edges of letters.
const colours = 24

// shrink draws a picture with a palette of its own, which makes it a quarter as large; of so many rows, 0: of all.
func shrink(picture []byte, rows int) ([]byte, error) {
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	bounds := decoded.Bounds()
	if rows > 0 && rows < bounds.Dy() {
		bounds.Max.Y = bounds.Min.Y + rows
	}
	full := image.NewRGBA(bounds)
	draw.Draw(full, full.Rect, decoded, full.Rect.Min, draw.Src)
	counted := map[color.RGBA]int{}
	for i := 0; i < len(full.Pix); i += 4 {
		counted[at(full, i)]++
	}
	few := image.NewPaletted(full.Rect, palette(counted))
	nearest := map[color.RGBA]uint8{}
	for c := range counted {
		nearest[c] = uint8(few.Palette.Index(c))
	}
	for i := range few.Pix {
		few.Pix[i] = nearest[at(full, 4*i)]
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&b, few)
	return b.Bytes(), err
}

func at(m *image.RGBA, i int) color.RGBA {
	return color.RGBA{m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3]}
}

// palette are the colours of areas, then those of edges that spread most widely, then what is between.
func palette(counted map[color.RGBA]int) color.Palette {
	all := 0
	for _, n := range counted {
		all += n
	}
	byUse := slices.SortedFunc(maps.Keys(counted), func(a, b color.RGBA) int {
		return cmp.Or(counted[b]-counted[a], cmp.Compare(number(a), number(b)))
	})
	var kept color.Palette
	for _, pass := range []struct{ most, apart, often int }{{colours * 3 / 4, 3, all / 400}, {colours, 48, 0}, {colours, 12, 0}} {
		for _, c := range byUse {
			if len(kept) == pass.most || counted[c] < pass.often {
				break
			}
			if !slices.ContainsFunc(kept, func(k color.Color) bool { return distance(k.(color.RGBA), c) < pass.apart }) {
				kept = append(kept, c)
			}
		}
	}
	return kept
}

func number(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }

func distance(a, b color.RGBA) int {
	apart := func(a, b uint8) int { return max(int(a), int(b)) - min(int(a), int(b)) }
	return apart(a.R, b.R) + apart(a.G, b.G) + apart(a.B, b.B)
}
