package enrolling

import (
	"context"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
)

// longestWait of a long-poll.
const longestWait = 60 * time.Second

// finding returns the caller's enrolment; another's is as unknown as none.
type finding func(ctx context.Context) (account.Enrolment, *account.Device, error)

func (e Enrolling) get(w http.ResponseWriter, r *http.Request) error {
	return e.answer(w, r, func(ctx context.Context) (account.Enrolment, *account.Device, error) {
		return e.byKey(ctx, r.PathValue("id"))
	})
}

// byKey is an enrolment that a login service of the caller's application began: a page's goes on where its page may.
func (e Enrolling) byKey(ctx context.Context, enrolment string) (account.Enrolment, *account.Device, error) {
	found, device, err := e.own(ctx, enrolment)
	if err == nil && found.Authority == account.ByLogin {
		err = account.ErrUnknownEnrolment
	}
	if err != nil {
		return account.Enrolment{}, nil, err
	}
	return found, device, nil
}

// own is an enrolment of the caller's application.
func (e Enrolling) own(ctx context.Context, enrolment string) (account.Enrolment, *account.Device, error) {
	application := guard.CallerOf(ctx).Application
	found, device, err := e.Store.Enrolment(ctx, application.Tenant, enrolment)
	if err != nil {
		return account.Enrolment{}, nil, err
	}
	if found.Application != application.ID {
		return account.Enrolment{}, nil, account.ErrUnknownEnrolment
	}
	return found, device, nil
}

// answer answers at once where the enrolment stands elsewhere than the caller knows, or has ended; else when it has moved on.
func (e Enrolling) answer(w http.ResponseWriter, r *http.Request, find finding) error {
	wait, err := edge.Wait(r, longestWait)
	if err != nil {
		return err
	}
	known := account.EnrolmentStatus(r.URL.Query().Get("known"))
	if known != "" && !known.Valid() {
		return refusal.Field("known", "must be the status of an enrolment")
	}
	now, device, err := e.await(r.Context(), find, known, wait)
	if err != nil {
		return err
	}
	edge.Annotate(r.Context(), slog.String("enrolment", now.ID))
	v, err := e.shown(now, device)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, v)
}

func (e Enrolling) await(ctx context.Context, find finding, known account.EnrolmentStatus, wait time.Duration) (account.Enrolment, *account.Device, error) {
	now, device, err := e.look(ctx, find)
	if err != nil || wait == 0 || !awaits(now.Status, known) {
		return now, device, err
	}
	first := now
	err = e.Wait(ctx, topic(first), wait, func(ctx context.Context) (done bool, err error) {
		now, device, err = e.look(ctx, find)
		return now.Status != first.Status, err
	})
	return now, device, err
}

// awaits reports whether the next step is waited for. Who does not say what they know waits for a phone only, since what comes
// after that is their own turn.
func awaits(now, known account.EnrolmentStatus) bool {
	if known == "" {
		return now != account.EnrolmentCompleted && !now.Ended()
	}
	return now == known && !now.Ended()
}

// topic is what is woken when the enrolment moves on.
func topic(e account.Enrolment) string {
	if e.Status == account.EnrolmentWaiting {
		return e.Approval
	}
	return e.ID
}

// look reads the enrolment, and ends its waiting where the question has ended: only then there is a link.
func (e Enrolling) look(ctx context.Context, find finding) (account.Enrolment, *account.Device, error) {
	found, device, err := find(ctx)
	if err != nil || found.Status != account.EnrolmentWaiting {
		return found, device, err
	}
	s, err := e.Questions.Guards.Ender.Standing(ctx, found.Approval)
	if err != nil && !errors.Is(err, approval.ErrUnknown) { // unknown: what was pending was lost, or never asked
		return found, device, err
	}
	if s.Pending != nil {
		return found, device, nil
	}
	hash, err := e.hash(found.ID)
	if err != nil {
		return found, device, err
	}
	found, err = e.Store.OpenEnrolment(ctx, found.Tenant, found.ID, hash)
	return found, device, err
}

type confirmBody struct {
	Code string `json:"code"`
}

// Validate refuses what cannot be the digits; that does not count as a try.
func (b confirmBody) Validate() error {
	notDigit := func(c rune) bool { return c < '0' || c > '9' }
	if len(b.Code) != account.ConfirmDigits || strings.ContainsFunc(b.Code, notDigit) {
		return refusal.Field("code", "must be the six digits that the phone shows")
	}
	return nil
}

func (e Enrolling) confirm(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.Decode[confirmBody](r)
	if err != nil {
		return err
	}
	found, _, err := e.byKey(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return e.settle(w, r, found, body)
}

// settle compares what was typed with what the phone shows.
func (e Enrolling) settle(w http.ResponseWriter, r *http.Request, found account.Enrolment, body confirmBody) error {
	v, err := e.compare(r.Context(), found, body.Code)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, v)
}

func (e Enrolling) compare(ctx context.Context, found account.Enrolment, code string) (view, error) {
	edge.Annotate(ctx, slog.String("enrolment", found.ID))
	tags, err := e.Questions.Keys.MACs(keys.EnrolmentDigits, []byte(found.ID)) // the phone may have got them by an earlier key
	if err != nil {
		return view{}, err
	}
	ok := slices.ContainsFunc(tags, func(tag []byte) bool {
		return subtle.ConstantTimeCompare([]byte(code), []byte(account.ConfirmationDigits(tag))) == 1
	})
	confirmed, device, err := e.Store.ConfirmEnrolment(ctx, found.Tenant, found.ID, ok, guard.ActorOf(ctx))
	if wake := e.Live.Wake(ctx, found.ID, found.Account); wake != nil {
		edge.Annotate(ctx, slog.String("wake", wake.Error())) // whoever waits looks again by itself
	}
	if err != nil {
		return view{}, err
	}
	return e.shown(confirmed, device)
}
