package server

import (
	"context"
	"crypto/subtle"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/qr"
)

// enrolling is how a phone gets bound to an account.
type enrolling interface {
	Account(ctx context.Context, tenant, externalID string) (account.Account, error)
	CreateEnrolment(ctx context.Context, e account.Enrolment, codeHash []byte) error
	Enrolment(ctx context.Context, tenant, id string) (account.Enrolment, *account.Device, error)
	ConfirmEnrolment(ctx context.Context, tenant, id string, ok bool) (account.Enrolment, *account.Device, error)
}

// authenticator derives what both sides of an enrolment can derive and nobody else.
type authenticator interface {
	MAC(purpose string, data []byte) ([]byte, error)
}

// enrolments are the links that bind phones.
type enrolments struct {
	guards guard.Guards
	store  enrolling
	keys   authenticator
	live   interface {
		Wake(ctx context.Context, topics ...string) error
	}
	patience patience
	enrolURL string
	now      func() time.Time
	random   io.Reader
}

func (e enrolments) Mount(m *edge.Mux) {
	enrol := e.guards.Key(account.ScopeEnrol)
	m.Handle("POST /v1/enrolments", enrol, e.start)
	m.Handle("GET /v1/enrolments/{id}", enrol, e.get)
	m.Handle("POST /v1/enrolments/{id}/confirm", enrol, e.confirm)
}

type startBody struct {
	Account string `json:"account"`
}

// Validate refuses what is no login number.
func (b startBody) Validate() error { return account.ValidateExternalID(b.Account) }

type enrolmentView struct {
	ID        string                  `json:"id"`
	Status    account.EnrolmentStatus `json:"status"`
	Account   string                  `json:"account"`
	ExpiresAt time.Time               `json:"expires_at"`
	Link      string                  `json:"link,omitempty"`
	QR        string                  `json:"qr,omitempty"`
	Device    *enrolledDevice         `json:"device,omitempty"`
}

type enrolledDevice struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Holder   string `json:"holder"`
	Platform string `json:"platform"`
}

func shownEnrolment(e account.Enrolment, d *account.Device) enrolmentView {
	v := enrolmentView{ID: e.ID, Status: e.Status, Account: e.ExternalID, ExpiresAt: e.ExpiresAt.UTC()}
	if d != nil {
		v.Device = &enrolledDevice{ID: d.ID, Label: d.Label, Holder: d.Holder, Platform: d.Posture.Platform}
	}
	return v
}

func (e enrolments) start(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.Decode[startBody](r)
	if err != nil {
		return err
	}
	application := guard.CallerOf(r.Context()).Application
	owner, err := e.store.Account(r.Context(), application.Tenant, body.Account)
	if err != nil {
		return err
	}
	enrolment, err := e.open(application, owner)
	if err != nil {
		return err
	}
	code, err := account.NewEnrolmentCode(e.random)
	if err != nil {
		return err
	}
	v := shownEnrolment(enrolment, nil)
	v.Link = strings.TrimSuffix(e.enrolURL, "/") + "/enrol#" + code
	if v.QR, err = qr.DataURI(v.Link); err != nil {
		return err
	}
	if err := e.store.CreateEnrolment(r.Context(), enrolment, account.HashCode(code)); err != nil {
		return err
	}
	edge.Annotate(r.Context(), slog.String("enrolment", enrolment.ID))
	return edge.JSON(w, http.StatusCreated, v)
}

func (e enrolments) open(application account.Application, owner account.Account) (account.Enrolment, error) {
	enrolmentID, err := id.New(e.random, id.Enrolment)
	if err != nil {
		return account.Enrolment{}, err
	}
	device, err := id.New(e.random, id.Device)
	if err != nil {
		return account.Enrolment{}, err
	}
	challenge, err := account.NewChallenge(e.random)
	if err != nil {
		return account.Enrolment{}, err
	}
	now := e.now().UTC().Truncate(time.Millisecond)
	return account.Enrolment{
		ID: enrolmentID, Tenant: owner.Tenant, TenantName: owner.TenantName, Application: application.ID,
		Account: owner.ID, AccountLabel: owner.Label, ExternalID: owner.ExternalID,
		Status: account.EnrolmentOpen, Device: device, Challenge: challenge,
		CreatedAt: now, ExpiresAt: now.Add(account.EnrolmentLife),
	}, nil
}

// get answers at once when it is the turn of the person who asked, and waits while it is the phone's.
func (e enrolments) get(w http.ResponseWriter, r *http.Request) error {
	wait, err := edge.Wait(r, longestWait)
	if err != nil {
		return err
	}
	var first account.EnrolmentStatus
	var v enrolmentView
	err = e.patience.wait(r.Context(), r.PathValue("id"), wait, func(ctx context.Context) (bool, error) {
		enrolment, device, err := e.own(ctx, r.PathValue("id"))
		if first == "" {
			first = enrolment.Status
		}
		v = shownEnrolment(enrolment, device)
		phones := v.Status == account.EnrolmentOpen || v.Status == account.EnrolmentClaimed
		return !phones || v.Status != first, err
	})
	if err != nil {
		return err
	}
	edge.Annotate(r.Context(), slog.String("enrolment", v.ID))
	return edge.JSON(w, http.StatusOK, v)
}

// own returns the caller's enrolment; another application's is as unknown as none.
func (e enrolments) own(ctx context.Context, enrolment string) (account.Enrolment, *account.Device, error) {
	application := guard.CallerOf(ctx).Application
	found, device, err := e.store.Enrolment(ctx, application.Tenant, enrolment)
	if err != nil {
		return account.Enrolment{}, nil, err
	}
	if found.Application != application.ID {
		return account.Enrolment{}, nil, account.ErrUnknownEnrolment
	}
	return found, device, nil
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

func (e enrolments) confirm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[confirmBody](r)
	if err != nil {
		return err
	}
	enrolment, _, err := e.own(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	edge.Annotate(ctx, slog.String("enrolment", enrolment.ID))
	mac, err := e.keys.MAC(keys.EnrolmentDigits, []byte(enrolment.ID))
	if err != nil {
		return err
	}
	ok := subtle.ConstantTimeCompare([]byte(body.Code), []byte(account.ConfirmationDigits(mac))) == 1
	confirmed, device, err := e.store.ConfirmEnrolment(ctx, enrolment.Tenant, enrolment.ID, ok)
	if wake := e.live.Wake(ctx, enrolment.ID, enrolment.Account); wake != nil {
		edge.Annotate(ctx, slog.String("wake", wake.Error())) // whoever waits looks again by itself
	}
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, shownEnrolment(confirmed, device))
}
