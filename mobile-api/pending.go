package mobileapi

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/lasting"
)

const (
	maxWait = 60 * time.Second
	// maxKnown bounds ?known=; more approvals than that are never pending for one phone in good faith.
	maxKnown = 64
)

// questions are the approvals that wait for an answer.
type questions interface {
	Pending(ctx context.Context, id string) (approval.Pending, error)
	PendingOf(ctx context.Context, accounts []string) ([]approval.Pending, error)
	Mark(ctx context.Context, id, installation string, p approval.Progress) error
}

// outcomeReader knows what has ended.
type outcomeReader interface {
	Outcome(ctx context.Context, id string) (approval.Outcome, error)
}

type pendingStore interface {
	outcomeReader
	DevicesOfInstallation(ctx context.Context, installation string) ([]account.Device, error)
	Answers(ctx context.Context, approvals []string) ([]lasting.Answer, error)
}

// pending hands the documents to the phones that may answer them.
type pending struct {
	live    questions
	lasting pendingStore
	wakeups Wakeups
	crowd   *edge.Crowd
	now     func() time.Time
}

func (p pending) mount(m *edge.Mux, g guards) {
	m.Handle("GET /v1/approvals", g.installation, p.list)
	m.Handle("GET /v1/approvals/{id}", g.installation, p.one)
}

// entry is one approval for one device: who has two devices on a phone sees it twice.
type entry struct {
	ID       string `json:"id"`
	Device   string `json:"device"`
	Document string `json:"document"`
}

type pendingAnswer struct {
	Approvals []entry `json:"approvals"`
}

func (p pending) list(w http.ResponseWriter, r *http.Request) error {
	wait, err := edge.Wait(r, maxWait)
	if err != nil {
		return err
	}
	known := strings.FieldsFunc(r.URL.Query().Get("known"), func(c rune) bool { return c == ',' })
	if len(known) > maxKnown {
		return refusal.Field("known", "must name at most 64 approvals")
	}
	entries, err := p.await(r.Context(), installationOf(r).ID, known, wait)
	if err != nil {
		return err
	}
	return p.hand(w, r, entries)
}

// await reads until what is pending differs from what the phone knows, or most has passed.
func (p pending) await(ctx context.Context, installation string, known []string, most time.Duration) ([]entry, error) {
	over := time.NewTimer(most)
	defer over.Stop()
	waiting := most > 0
	for first := true; ; first = false {
		entries, woken, cancel, err := p.look(ctx, installation)
		if err != nil || !waiting || differs(entries, known) {
			cancel()
			return entries, err
		}
		if first { // who has news already was never in the way
			leave, err := p.crowd.Enter(installation)
			if err != nil {
				cancel()
				return nil, err
			}
			defer leave()
		}
		waiting, err = more(ctx, woken, over.C)
		cancel()
		if err != nil {
			return nil, err
		}
	}
}

// differs reports whether something is new, or something that the phone shows is gone.
func differs(entries []entry, known []string) bool {
	return slices.ContainsFunc(entries, func(e entry) bool { return !slices.Contains(known, e.ID) }) ||
		slices.ContainsFunc(known, func(id string) bool {
			return !slices.ContainsFunc(entries, func(e entry) bool { return e.ID == id })
		})
}

// look subscribes before it reads, so that what comes in between is not missed. A device that is not confirmed yet
// subscribes too: its confirmation wakes the account.
func (p pending) look(ctx context.Context, installation string) (entries []entry, woken <-chan struct{}, cancel func(), err error) {
	devices, err := p.lasting.DevicesOfInstallation(ctx, installation)
	if err != nil {
		return nil, nil, func() {}, err
	}
	woken, cancel = p.wakeups.Subscribe(accountsOf(devices)...)
	entries, err = p.read(ctx, activeOf(devices))
	return entries, woken, cancel, err
}

func (p pending) read(ctx context.Context, devices []account.Device) ([]entry, error) {
	if len(devices) == 0 {
		return nil, nil
	}
	open, err := p.live.PendingOf(ctx, accountsOf(devices))
	if err != nil || len(open) == 0 {
		return nil, err
	}
	var entries []entry
	ids := make([]string, len(open))
	for i, a := range open {
		ids[i] = a.ID
		entries = append(entries, entriesOf(a, devices)...)
	}
	answers, err := p.lasting.Answers(ctx, ids)
	return unanswered(entries, answers), err
}

// unanswered takes away what has ended, whether or not the live store has learnt that, and hides the prompt from a device that has
// denied while others may still answer.
func unanswered(entries []entry, answers []lasting.Answer) []entry {
	return slices.DeleteFunc(entries, func(e entry) bool {
		return slices.ContainsFunc(answers, func(a lasting.Answer) bool {
			return a.Approval == e.ID && (a.Status != "" || a.Device == e.Device)
		})
	})
}

func (p pending) one(w http.ResponseWriter, r *http.Request) error {
	devices, err := p.lasting.DevicesOfInstallation(r.Context(), installationOf(r).ID)
	if err != nil {
		return err
	}
	q, err := ask(r.Context(), p.live, p.lasting, r.PathValue("id"))
	if err != nil {
		return err
	}
	entries := entriesOf(q.Pending, activeOf(devices))
	if len(entries) == 0 {
		return approval.ErrUnknown
	}
	answers, err := p.lasting.Answers(r.Context(), []string{q.ID})
	if err != nil {
		return err
	}
	if err := p.stillOpen(q.Pending, answers); err != nil {
		return err
	}
	left := unanswered(slices.Clone(entries), answers)
	if len(left) == 0 {
		return approval.ErrAlreadyDecided.With("by", labelOf(entries[0].Device, devices))
	}
	return p.hand(w, r, left)
}

func labelOf(id string, devices []account.Device) string {
	i := slices.IndexFunc(devices, func(d account.Device) bool { return d.ID == id })
	return devices[i].Label
}

func (p pending) stillOpen(q approval.Pending, answers []lasting.Answer) error {
	end := slices.IndexFunc(answers, func(a lasting.Answer) bool { return a.Status != "" })
	switch {
	case end >= 0:
		return refuseEnded(answers[end].Status, answers[end].Label)
	case q.Superseded:
		return approval.ErrAlreadyDecided.With("by", "")
	case !p.now().Before(q.ExpiresAt):
		return approval.ErrExpired
	}
	return nil
}

// hand answers with the documents and marks them received. A mark that is lost costs the browser a hint only.
func (p pending) hand(w http.ResponseWriter, r *http.Request, entries []entry) error {
	marked := map[string]bool{}
	for _, e := range entries {
		if marked[e.ID] {
			continue
		}
		marked[e.ID] = true
		if err := p.live.Mark(r.Context(), e.ID, installationOf(r).ID, approval.ProgressReceived); err != nil {
			edge.Annotate(r.Context(), slog.Bool("mark_lost", true))
		}
	}
	edge.Annotate(r.Context(), slog.Int("approvals", len(marked)))
	if entries == nil {
		entries = []entry{}
	}
	return edge.JSON(w, http.StatusOK, pendingAnswer{Approvals: entries})
}

func activeOf(devices []account.Device) []account.Device {
	return slices.DeleteFunc(slices.Clone(devices), func(d account.Device) bool { return d.Status != account.Active })
}

func accountsOf(devices []account.Device) []string {
	var accounts []string
	for _, d := range devices {
		if !slices.Contains(accounts, d.Account) {
			accounts = append(accounts, d.Account)
		}
	}
	return accounts
}

func entriesOf(a approval.Pending, devices []account.Device) []entry {
	var entries []entry
	for _, d := range devices {
		if d.Account == a.Account && forPhones(a) {
			entries = append(entries, entry{ID: a.ID, Device: d.ID, Document: base64.RawURLEncoding.EncodeToString(a.Document)})
		}
	}
	return entries
}
