// Package qr draws QR codes as pages show them: an image inside of the answer, for which nobody else is asked.
package qr

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

const (
	moduleSize = 6 // pixels
	quietZone  = 4 // modules of white around it, without which scanners fail on a dark page
)

// DataURI returns text as a QR code: a PNG in a data URI.
func DataURI(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("qr: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, draw(code)); err != nil {
		return "", fmt.Errorf("qr: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func draw(code barcode.Barcode) image.Image {
	modules := code.Bounds().Dx()
	side := (modules + 2*quietZone) * moduleSize
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			m := image.Pt(x/moduleSize-quietZone, y/moduleSize-quietZone)
			if m.In(code.Bounds()) && dark(code.At(m.X, m.Y)) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	return img
}

func dark(c color.Color) bool {
	r, _, _, _ := c.RGBA()
	return r == 0
}
