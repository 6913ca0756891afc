package portal

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/lasting"
)

// Interval is how long a confirmation holds, who says so, and what can be chosen.
type Interval struct {
	Holds   time.Duration
	By      account.Bound
	Min     int
	Max     int
	Default int
	Chosen  *int
	Days    []int // that can be chosen
}

// Hours are those of an interval shorter than a day, which only an application caps.
func (b Interval) Hours() int { return int(b.Holds / time.Hour) }

// Whole are the days of an interval, where it is whole ones.
func (b Interval) Whole() (days int) {
	if b.Holds%account.Day == 0 {
		days = int(b.Holds / account.Day)
	}
	return days
}

// Is reports whether so many days were chosen.
func (b Interval) Is(days int) bool { return b.Chosen != nil && *b.Chosen == days }

// lasts are the days that hold after a choice; nil: the group's default.
func (b Interval) lasts(days *int) int {
	if days == nil {
		return b.Default
	}
	return *days
}

func (p Portal) intervalOf(v *Visit) (Interval, error) {
	c, err := p.Judge.Judge(v.Context(), v.Application, judge.Request{Account: v.ExternalID(), Kind: approval.Login, Browser: p.browser(v)})
	return IntervalOf(c), err
}

// IntervalOf says how long a confirmation holds of whom a login was judged.
func IntervalOf(c judge.Case) Interval {
	i := c.Audience.Group.Policy.WithDefaults().Interval
	b := Interval{
		Holds: time.Duration(c.Verdict.Reason.Interval), By: c.Verdict.Reason.BoundedBy, Min: i.Min, Max: i.Max, Default: i.Default, Chosen: c.Audience.Account.Interval,
	}
	for n := i.Min; n <= i.Max; n++ {
		b.Days = append(b.Days, n)
	}
	return b
}

func (p Portal) interval(w http.ResponseWriter, v *Visit) error {
	b, err := p.intervalOf(v)
	if err != nil {
		return err
	}
	return p.write(w, v, "interval", b)
}

// choose sets the interval; one that is longer only once it is confirmed, because it lets a browser in for longer.
func (p Portal) choose(w http.ResponseWriter, v *Visit) error {
	b, err := p.intervalOf(v)
	if err != nil {
		return err
	}
	text := v.PostFormValue("days")
	days, err := Days(text)
	if err == nil && days != nil && (*days < b.Min || *days > b.Max) {
		err = errDays
	}
	if err != nil {
		return p.wrong(w, v, err, "interval", b)
	}
	err = p.setInterval(v, days, false)
	if errors.Is(err, account.ErrUnconfirmed) {
		return p.plan(w, v, account.PortalStep{Kind: stepInterval, Subject: text, About: strconv.Itoa(b.lasts(days))})
	}
	if err != nil {
		return err
	}
	return p.onward(w, v, "/portal/interval?done=interval")
}

var errDays = refusal.Field("interval", "must be one of the days that the group allows")

// Days reads a choice; nil: the group's default.
func Days(text string) (*int, error) {
	if text == "" {
		return nil, nil
	}
	days, err := strconv.Atoi(text)
	if err != nil {
		return nil, errDays
	}
	return &days, nil
}

func (p Portal) setInterval(v *Visit, days *int, confirmed bool) error {
	by := lasting.By{Application: v.Application.ID, Actor: guard.ActorOf(v.Context())}
	return p.Store.ChooseInterval(v.Context(), v.Tenant(), v.ExternalID(), days, confirmed, by)
}

func (p Portal) intervalConfirmed(w http.ResponseWriter, v *Visit, step account.PortalStep) error {
	days, err := Days(step.Subject)
	if err != nil {
		return err
	}
	if err := p.setInterval(v, days, true); err != nil {
		return err
	}
	return p.onward(w, v, "/portal/interval?done=interval")
}
