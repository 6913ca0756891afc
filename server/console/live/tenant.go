package live

import (
	"time"

	"github.com/jawort/jawort/figures"
	"github.com/jawort/jawort/server/console"
)

// What an operator of one tenant is shown: how its own approvals ended, and whether pushes wait. How many others log in, or how many of their pushes
// fail, is none of theirs.
const (
	lately = 5 * time.Minute
	most   = 5000
)

func (l Live) ofTenant(v *console.Visit, tenant string) (picture, error) {
	found, err := l.Ends.EndedLately(v.Context(), tenant, l.Now().Add(-lately), most)
	if err != nil {
		return picture{}, err
	}
	sums := figures.Values{}
	for status, n := range found {
		sums[figures.Ended(status)] = n
	}
	n := numbers{v.Page.Lang}
	p := picture{Tenant: true, Tables: []table{ends(sums, n)}}
	p.Tables[0].Caption = "live.ends.lately"
	_, oldest, err := l.Figures.PushQueue(v.Context())
	if err != nil {
		p.Lost = true
		return p, nil // said on the page
	}
	p.Tiles = []tile{{Title: "live.queue-age", figure: figure{"queue_age", n.age(oldest)}}}
	return p, nil
}
