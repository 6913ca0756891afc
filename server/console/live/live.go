// Package live is the console's section about what the installation does at this moment: approvals, waiting browsers, pushes and their queue, errors. It
// shows the figures that all processes add up (package figures), and changes nothing.
package live

import (
	"context"
	"embed"
	"net/http"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/figures"
	"github.com/jawort/jawort/server/console"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Figures are those of all processes.
type Figures interface {
	Figures(ctx context.Context, first, last time.Time) ([]figures.Point, error)
	PushQueue(ctx context.Context) (jobs int64, oldest time.Duration, err error)
}

// Ends says how the approvals of one tenant ended.
type Ends interface {
	EndedLately(ctx context.Context, tenant string, since time.Time, most int) (map[approval.Status]int64, error)
}

// Live is the section.
type Live struct {
	Figures Figures
	Ends    Ends
	Now     func() time.Time
}

// Section implements the console's.
func (l Live) Section() console.Section {
	return console.Section{
		Own: own, Mount: l.mount,
		Menu: []console.Entry{{Path: "/console/live", Text: "menu.live", Roles: console.Everyone}},
	}
}

func (l Live) mount(r *console.Rooms) {
	everyone := console.Access{Roles: console.Everyone, Reach: console.OfOwn} // the page shows an operator of one tenant nothing of another
	r.Page("GET /console/live", everyone, l.page)
	r.Page("GET /console/live/figures", everyone, l.figures)
}

func (l Live) page(w http.ResponseWriter, v *console.Visit) error {
	p, err := l.picture(v)
	if err != nil {
		return err
	}
	v.Page.More = []string{"live.js"}
	return v.Write(w, "live", p)
}

// figures is what the script of the page puts in the place of what it shows.
func (l Live) figures(w http.ResponseWriter, v *console.Visit) error {
	p, err := l.picture(v)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, p.changing())
}

// picture is all that the operator may see.
func (l Live) picture(v *console.Visit) (picture, error) {
	if tenant := v.Operator.Tenant; tenant != "" {
		return l.ofTenant(v, tenant)
	}
	return l.ofHouse(v)
}
