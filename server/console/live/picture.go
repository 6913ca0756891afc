package live

import (
	"fmt"
	"strings"
	"time"

	"github.com/jawort/jawort/figures"
	"github.com/jawort/jawort/server/console"
)

// figure is a text that changes, by a name.
type figure struct {
	Name, Text string
}

// tile is one figure in large, with a chart of how it came there where there is one.
type tile struct {
	Title string // key
	figure
	Chart *chart
}

// row is a line of a table: what it is about, and a figure in each column.
type row struct {
	Title string // key
	Cells []figure
}

// table has a caption and what its columns are, as keys.
type table struct {
	Caption string
	Heads   []string
	Rows    []row
}

// picture is what the page shows.
type picture struct {
	Tenant bool // of one only
	Lost   bool // the figures cannot be read now
	Tiles  []tile
	Tables []table
}

// changing is what of it changes with time, by name.
func (p picture) changing() map[string]map[string]string {
	texts, lines := map[string]string{}, map[string]string{}
	for _, t := range p.Tiles {
		texts[t.Name] = t.Text
		if t.Chart != nil {
			lines[t.Name], texts[t.Name+".most"] = t.Chart.Line, t.Chart.Most
		}
	}
	for _, t := range p.Tables {
		for _, r := range t.Rows {
			for _, c := range r.Cells {
				texts[c.Name] = c.Text
			}
		}
	}
	return map[string]map[string]string{"texts": texts, "lines": lines}
}

// window is what the charts and tables are about.
const window = 10 * time.Minute

// ofHouse is the picture of the installation. Where Redis is lost it says so: nothing else rests on the figures.
func (l Live) ofHouse(v *console.Visit) (picture, error) {
	last := figures.Newest(l.Now())
	points, err := l.Figures.Figures(v.Context(), last.Add(figures.Every-window), last)
	if err != nil {
		return picture{Lost: true}, nil // said on the page
	}
	jobs, oldest, err := l.Figures.PushQueue(v.Context())
	if err != nil {
		return picture{Lost: true}, nil // said on the page
	}
	s := series(points)
	n := numbers{v.Page.Lang}
	return picture{Tiles: []tile{
		{"live.created", figure{"created", n.rate(s.sum(figures.Created, time.Minute), time.Minute)}, s.chart(figures.Created, n.perSecond)},
		{"live.sockets", figure{"sockets", n.whole(s.last(figures.Sockets))}, s.chart(figures.Sockets, n.whole)},
		{"live.queue-age", figure{"queue_age", n.age(oldest)}, s.chart(figures.QueueAge, n.millis)},
		{"live.queue-jobs", figure{"queue_jobs", n.whole(jobs)}, s.chart(figures.QueueJobs, n.whole)},
		{"live.errors", figure{"errors", n.whole(s.sum(figures.Errors, time.Minute))}, s.chart(figures.Errors, n.whole)},
		{"live.processes", figure{"processes", n.whole(int64(s.processes()))}, nil},
	}, Tables: []table{pushes(s, n), ends(s.values(), n)}}, nil
}

func pushes(s series, n numbers) table {
	t := table{Caption: "live.pushes", Heads: []string{"live.delivered", "live.failed", "live.retried"}}
	sums := s.values()
	for _, provider := range figures.Providers {
		r := row{Title: "live.provider." + provider}
		for _, what := range []string{figures.Delivered, figures.Failed, figures.Retried} {
			name := figures.Pushes(provider, what)
			r.Cells = append(r.Cells, figure{name, n.whole(sums[name])})
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

func ends(sums figures.Values, n numbers) table {
	t := table{Caption: "live.ends", Heads: []string{"live.count"}}
	for _, status := range figures.Outcomes {
		name := figures.Ended(status)
		t.Rows = append(t.Rows, row{Title: "live.status." + string(status), Cells: []figure{{name, n.whole(sums[name])}}})
	}
	return t
}

// numbers are written as the language does.
type numbers struct{ lang string }

func (n numbers) whole(i int64) string { return fmt.Sprintf("%d", i) }

func (n numbers) decimal(f float64) string {
	text := fmt.Sprintf("%.1f", f)
	if n.lang == "de" {
		return strings.Replace(text, ".", ",", 1)
	}
	return text
}

// rate is a number per second.
func (n numbers) rate(sum int64, in time.Duration) string {
	return n.decimal(float64(sum) / in.Seconds())
}

// perSecond is the rate of a bucket.
func (n numbers) perSecond(sum int64) string { return n.rate(sum, figures.Every) }

func (n numbers) age(d time.Duration) string { return n.decimal(max(d, 0).Seconds()) + " s" }

func (n numbers) millis(ms int64) string { return n.age(time.Duration(ms) * time.Millisecond) }
