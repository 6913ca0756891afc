package live

import (
	"fmt"
	"strings"
	"time"

	"github.com/jawort/jawort/figures"
)

// The size of a chart in the units of its own drawing.
const (
	Width  = 240
	Height = 48
)

// chart is a line through the buckets, and its highest value in words.
type chart struct {
	Line string // the points of an SVG polyline
	Most string
}

// series are the buckets in a row.
type series []figures.Point

// chart draws a figure from 0 to its highest value.
func (s series) chart(name string, say func(int64) string) *chart {
	var most int64
	for _, p := range s {
		most = max(most, p.Values[name])
	}
	points := make([]string, len(s))
	for i, p := range s {
		x := float64(i) * Width / float64(max(len(s)-1, 1))
		y := float64(Height) - 1 - float64(p.Values[name])*(Height-2)/float64(max(most, 1))
		points[i] = fmt.Sprintf("%.1f,%.1f", x, y)
	}
	return &chart{Line: strings.Join(points, " "), Most: say(most)}
}

// last is the newest value.
func (s series) last(name string) int64 { return s[len(s)-1].Values[name] }

// sum adds up the newest buckets.
func (s series) sum(name string, of time.Duration) (sum int64) {
	for _, p := range s[max(len(s)-int(of/figures.Every), 0):] {
		sum += p.Values[name]
	}
	return sum
}

// values adds up all of them.
func (s series) values() figures.Values {
	all := figures.Values{}
	for _, p := range s {
		for name, n := range p.Values {
			all[name] += n
		}
	}
	return all
}

// processes are those that added to the newest bucket.
func (s series) processes() int { return s[len(s)-1].Processes }
