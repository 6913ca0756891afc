package faults

import (
	"context"
	"fmt"
	"slices"

	"github.com/jawort/jawort/bench"
)

// broken returns what did not hold, each line with the invariant's number.
func (r *run) broken(ctx context.Context) (broken []string, err error) {
	for _, c := range r.contests {
		broken = append(broken, NotLinear(c.history)...)
	}
	for _, l := range r.leavers {
		broken = append(broken, l.broken...)
	}
	for _, s := range r.spenders {
		twice, err := s.spent(ctx)
		if err != nil {
			return nil, err
		}
		broken = append(broken, twice...)
	}
	for _, look := range []func(context.Context) ([]string, error){r.unproved, r.impossible} {
		found, err := look(ctx)
		if err != nil {
			return nil, err
		}
		broken = append(broken, found...)
	}
	return slices.Concat(broken, r.stopped(), r.tally().idle()), nil
}

// unproved asks for the receipt of every login that a phone decided, and verifies it.
func (r *run) unproved(ctx context.Context) (broken []string, err error) {
	var all, ids []string
	for _, l := range r.load.Journal().Logins() {
		if l.ID != "" {
			all = append(all, l.ID)
		}
	}
	kept, err := bench.Rows{Stack: r.stack}.Outcomes(ctx, all)
	if err != nil {
		return nil, err
	}
	for id, row := range kept {
		if row.Device != "" {
			ids = append(ids, id)
		}
	}
	rows, err := bench.ToldTo(r.load).Outcomes(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if rows[id].Unproved != "" {
			broken = append(broken, fmt.Sprintf("invariant 2: %s: the evidence does not hold: %s", id, rows[id].Unproved))
		}
		if rows[id].Device != kept[id].Device {
			broken = append(broken, fmt.Sprintf("invariant 2: %s: the receipt of %s is not told", id, kept[id].Device))
		}
	}
	return broken, nil
}

// impossible are rows that must not be, whoever was told what.
func (r *run) impossible(ctx context.Context) (broken []string, err error) {
	for _, look := range []struct{ means, query string }{
		{"invariant 1: %s has two entries of its end in the audit log",
			`SELECT subject FROM audit_entries WHERE kind = 'approval.ended' GROUP BY subject HAVING COUNT(*) > 1`},
		{"invariant 2: %s is approved by a phone without a signature of an active credential of its account",
			`SELECT o.approval FROM outcomes o LEFT JOIN credentials c ON c.device = o.device AND c.account = o.account AND c.id = o.credential
			WHERE o.method = 'push' AND (c.id IS NULL OR o.signature IS NULL OR c.enrolled_at > o.decided_at)`},
		{"invariant 4: %s was decided by a phone after its revocation",
			`SELECT o.approval FROM outcomes o JOIN credentials c ON c.device = o.device WHERE c.status = 'revoked' AND c.ended_at < o.decided_at`},
		{"invariant 5: %s has more logins by recovery code than codes that were used",
			`SELECT o.account FROM outcomes o WHERE o.method = 'recovery' GROUP BY o.account
			HAVING COUNT(*) > (SELECT COUNT(*) FROM recovery_codes c WHERE c.account = o.account AND c.used_at > 0)`},
	} {
		found, err := r.stack.Texts(ctx, look.query)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			broken = append(broken, fmt.Sprintf(look.means, one))
		}
	}
	return broken, nil
}

const (
	goingOn = 0.9 // of the logins in the last second must have ended as they should
	due     = 3   // as often a kind of login must come after the heal, to be wanted to succeed once
)

// stopped says that logins, or some kind of them, did not go on after the heal.
func (r *run) stopped() (broken []string) {
	last := r.window.End.Add(-settle)
	var after []*bench.Login
	var came, ended int
	for _, l := range r.load.Journal().Logins() {
		if !l.Intended.Before(r.healed) || !l.Intended.Before(last) {
			after = append(after, l)
		}
		if l.Intended.Before(last) {
			continue
		}
		came++
		if !l.Ended.IsZero() && (l.Site.Status == "approved" || l.Site.Status == "denied") {
			ended++
		}
	}
	if came == 0 || float64(ended) < goingOn*float64(came) {
		broken = append(broken, fmt.Sprintf("afterwards: of %d logins in the last second, %d were finished", came, ended))
	}
	for _, kind := range bench.NeverWorked(after, due) {
		broken = append(broken, "afterwards: "+kind)
	}
	return broken
}
