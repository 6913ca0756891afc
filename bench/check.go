package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jawort/jawort/bench/local"
	"github.com/jawort/jawort/phone"
)

// Row is the outcome of an approval as the database has it.
type Row struct {
	Status, Method string
	Device         string // that decided; empty: no phone
	At             time.Time
	Unproved       string // why its evidence does not hold; empty: it holds, or was not looked at
}

// Record is what is kept, against which everybody's word is compared.
type Record interface {
	// Outcomes returns the rows that there are.
	Outcomes(ctx context.Context, ids []string) (map[string]Row, error)
	// PartialDenies returns the devices whose deny of an approval is kept; nil: this cannot be seen.
	PartialDenies(ctx context.Context, ids []string) (map[string][]string, error)
	// Devices returns the status of the phones of these accounts.
	Devices(ctx context.Context, accounts []string) (map[string]string, error)
	// PushJobs returns how the jobs for questions ended that no service accepted; nil: this cannot be seen.
	PushJobs(ctx context.Context) (map[local.PushJob]string, error)
}

// The invariants of docs/invariants.md that a load can see broken.
const (
	oneOutcome = 1
	evidenced  = 2
	survives   = 3
	arrives    = 10
)

// Verdict is what did not hold. Each line names the invariant, what and where.
type Verdict struct {
	Lost   []string // acknowledged and not kept, or never told
	Double []string // told differently from what is kept
}

func (v *Verdict) lost(invariant int, id, format string, args ...any) {
	v.Lost = append(v.Lost, fmt.Sprintf("invariant %d: %s: ", invariant, id)+fmt.Sprintf(format, args...))
}

func (v *Verdict) double(id, format string, args ...any) {
	v.Double = append(v.Double, fmt.Sprintf("invariant %d: %s: ", oneOutcome, id)+fmt.Sprintf(format, args...))
}

// atOnce is how many approvals are asked about at once.
const atOnce = 1000

// Check compares what everybody saw with the record.
func (l *Load) Check(ctx context.Context, r Record) (Verdict, error) {
	var v Verdict
	logins := slices.DeleteFunc(l.journal.Logins(), func(s *Login) bool { return s.ID == "" })
	for some := range slices.Chunk(logins, atOnce) {
		if err := l.checkLogins(ctx, r, some, &v); err != nil {
			return v, err
		}
	}
	for some := range slices.Chunk(l.journal.Devices(), atOnce) {
		if err := checkDevices(ctx, r, some, &v); err != nil {
			return v, err
		}
	}
	return v, l.checkPushes(ctx, r, logins, &v)
}

func (l *Load) checkLogins(ctx context.Context, r Record, logins []*Login, v *Verdict) error {
	ids := make([]string, len(logins))
	for i, s := range logins {
		ids[i] = s.ID
	}
	rows, err := r.Outcomes(ctx, ids)
	if err != nil {
		return err
	}
	denied, err := r.PartialDenies(ctx, ids)
	if err != nil {
		return err
	}
	for _, s := range logins {
		row, ended := rows[s.ID]
		if !ended {
			v.withoutRow(s)
		} else {
			v.withRow(s, row, l.o.Told)
			if s.Dropped && !s.Intended.Before(l.forgotten) {
				v.lost(arrives, s.ID, "the page was told that there is nothing to wait for, and it is %s", row.Status)
			}
		}
		if denied != nil {
			v.partial(s, denied[s.ID])
		}
	}
	return nil
}

// withoutRow finds anybody who was told an outcome that does not exist. It counts once, whoever was told.
func (v *Verdict) withoutRow(s *Login) {
	for _, a := range s.Phones {
		if final(a.Status) {
			v.lost(survives, s.ID, "%s of %s was acknowledged, and there is no outcome", a.Decision, or(a.Device, "the page"))
			return
		}
	}
	for who, sight := range map[string]Sight{"the page": s.Page, "the login service": s.Site} {
		if final(sight.Status) {
			v.lost(survives, s.ID, "%s was told %s, and there is no outcome", who, sight.Status)
			return
		}
	}
}

// withRow compares everybody's word with the row, and finds a page that was never told.
func (v *Verdict) withRow(s *Login, row Row, within time.Duration) {
	if row.Unproved != "" {
		v.lost(evidenced, s.ID, "the evidence of %s does not hold: %s", row.Status, row.Unproved)
	}
	if s.Page != (Sight{}) && s.Page != (Sight{row.Status, row.Method}) {
		v.double(s.ID, "the page was told %v, kept is %v", s.Page, row)
	}
	if s.Asked && s.Site != (Sight{row.Status, row.Method}) && (final(s.Site.Status) || s.Page != (Sight{})) {
		v.double(s.ID, "the login service was told %v, kept is %v", s.Site, row)
	}
	for _, a := range s.Phones {
		if final(a.Status) && !a.fits(row) {
			v.double(s.ID, "%s was told %s for its %s, kept is %v", or(a.Device, "the page"), a.Status, a.Decision, row)
		}
	}
	if since := s.since(row); s.Waited && !s.Dropped && s.Page == (Sight{}) && s.Left.Sub(since) > within {
		v.lost(arrives, s.ID, "the page was not told of %s within %s", row.Status, s.Left.Sub(since).Round(time.Millisecond))
	}
}

// since is from when on the page should have been told: by the clock of this machine, where anybody was; servers may have another.
func (l *Login) since(row Row) time.Time {
	if l.Acknowledged.IsZero() {
		return row.At
	}
	return l.Acknowledged
}

// fits says that the row is the one that this answer made.
func (a Answer) fits(row Row) bool {
	return a.Status == row.Status && a.Device == row.Device && (a.Method == "" || a.Method == row.Method)
}

// partial finds denies that were counted and not kept.
func (v *Verdict) partial(s *Login, kept []string) {
	for _, a := range s.Phones {
		if a.Decision == phone.Deny && a.Status == pending && !slices.Contains(kept, a.Device) {
			v.lost(survives, s.ID, "the deny of %s was acknowledged, and is not kept", a.Device)
		}
	}
}

const pending = "pending"

func final(status string) bool { return status != "" && status != pending }

func or(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// The statuses of a phone that the API and the database share.
const (
	deviceActive  = "active"
	deviceRevoked = "revoked"
)

func checkDevices(ctx context.Context, r Record, devices []Device, v *Verdict) error {
	var accounts []string
	for _, d := range devices {
		accounts = append(accounts, d.Account)
	}
	slices.Sort(accounts)
	kept, err := r.Devices(ctx, slices.Compact(accounts))
	if err != nil {
		return err
	}
	for _, d := range devices {
		switch status, there := kept[d.ID]; {
		case !there && !d.Revoked: // revoked ones need not be listed
			v.lost(survives, d.ID, "its enrolment was acknowledged, and there is no such phone")
		case there && d.Revoked && status != deviceRevoked:
			v.lost(survives, d.ID, "its revocation was acknowledged, and it is %s", status)
		case there && !d.Revoked && status != deviceActive && status != deviceRevoked:
			v.lost(survives, d.ID, "its enrolment was acknowledged, and it is %s", status)
		}
	}
	return nil
}

// settling is how long a push that was accepted may be on its way to us.
const settling = 2 * time.Second

// checkPushes finds each job that no service accepted, and of which the gateway does not say how else it ended.
func (l *Load) checkPushes(ctx context.Context, r Record, logins []*Login, v *Verdict) error {
	deadline := l.now().Add(settling)
	for {
		ended, err := r.PushJobs(ctx)
		if err != nil || ended == nil {
			return err
		}
		endless := l.endless(logins, ended)
		if len(endless) > 0 && l.now().Before(deadline) && sleepUntil(ctx, l.now().Add(again)) {
			continue
		}
		for _, job := range endless {
			v.lost(arrives, job.Approval, "the push job for %s was neither accepted, given up nor expired", job.Device)
		}
		return context.Cause(ctx)
	}
}

// Forgot says that Redis lost what it held at some moment before. It may: a question that was pending is asked again, and the push
// jobs of logins that began before are not asked for.
func (l *Load) Forgot(before time.Time) { l.forgotten = before }

func (l *Load) endless(logins []*Login, ended map[local.PushJob]string) (jobs []local.PushJob) {
	for _, s := range logins {
		if s.Intended.Before(l.forgotten) {
			continue
		}
		for _, w := range s.Woken {
			job := local.PushJob{Approval: s.ID, Device: w.Device}
			if ended[job] == "" && l.bells.accepted(ring{s.ID, w.Token}).IsZero() {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs
}
