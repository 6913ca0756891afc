package managers

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/server/portal"
	"github.com/jawort/jawort/store/lasting"
)

// rolloutBody is how far they have got, and a page of those who have not enrolled.
type rolloutBody struct {
	lasting.Rollout
	pages.Pager
	Awaited []lasting.Awaited
}

// Unreachable reports whether no letter can go to some of the page whom none went to.
func (b rolloutBody) Unreachable() bool {
	return slices.ContainsFunc(b.Awaited, func(a lasting.Awaited) bool { return a.InvitedAt.IsZero() && !a.HasEmail })
}

func (m Managers) rollout(w http.ResponseWriter, v *portal.Visit) error {
	after, err := pages.ReadCursor(v.URL, 1)
	if err != nil {
		return err
	}
	var b rolloutBody
	if b.Rollout, err = m.Store.Rollout(v.Context(), manager(v)); err != nil {
		return err
	}
	found, err := m.Store.Awaited(v.Context(), manager(v), after[0], perPage+1)
	if err != nil {
		return err
	}
	b.Awaited, b.Pager = pages.Paged(v.URL, found, perPage, func(a lasting.Awaited) string { return a.ExternalID })
	return m.desk.Write(w, v, "rollout", b)
}

// asking is how far letters to many are: they go out a few at a time, and the page asks for the next by itself, or by its button.
type asking struct {
	What  string // invite, remind
	Count int    // that can be asked, before it begins
	Begun bool
	Asked int
	After string // external id of who was asked last
	Ended bool
}

// askingAll says how many letters there will be.
func (m Managers) askingAll(w http.ResponseWriter, v *portal.Visit) error {
	what := v.PathValue("what")
	remind, ok := asks[what]
	if !ok {
		return edge.ErrNoRoute
	}
	o, err := m.Store.Rollout(v.Context(), manager(v))
	if err != nil {
		return err
	}
	b := asking{What: what, Count: o.Invitable}
	if remind {
		b.Count = o.Remindable
	}
	return m.desk.Write(w, v, "asking", b)
}

// askedAtOnce is how many letters one request queues.
const askedAtOnce = 25

// askAll asks some of them. Each is a transaction of its own, and nobody is asked twice within a day, whatever is sent again.
func (m Managers) askAll(w http.ResponseWriter, v *portal.Visit) error {
	remind, ok := asks[v.PathValue("what")]
	if !ok {
		return edge.ErrNoRoute
	}
	b := asking{What: v.PathValue("what"), Begun: true, After: v.PostFormValue("after")}
	b.Asked, _ = strconv.Atoi(v.PostFormValue("asked")) // for the person's own eyes
	if err := approval.CheckText("after", b.After); err != nil {
		return err
	}
	found, err := m.Store.ToAsk(v.Context(), manager(v), remind, b.After, askedAtOnce)
	if err != nil {
		return err
	}
	for _, a := range found {
		skip, err := m.Invite(v.Context(), manager(v), a.ID, remind)
		if err != nil {
			return err
		}
		if skip == "" {
			b.Asked++
		}
		b.After = a.ExternalID
	}
	b.Ended = len(found) < askedAtOnce
	return m.desk.Write(w, v, "asking", b)
}
