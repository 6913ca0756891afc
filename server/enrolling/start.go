package enrolling

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/lasting"
)

type startBody struct {
	Account   string            `json:"account"`
	Authorize account.Authority `json:"authorize"` // empty: nothing but the login, where policy is content with that
	Reason    string            `json:"reason"`    // operator
	Approval  string            `json:"approval"`  // approval
	Recovery  string            `json:"recovery"`  // recovery
	Helper    string            `json:"helper"`    // login number of who will hold the login in place of its person
	Replaces  string            `json:"replaces"`  // device
	Browser   *judge.Browser    `json:"browser"`   // where it is begun, for the phones that are asked; nil: not said
}

// Validate refuses what does not go together.
func (b startBody) Validate() error {
	if err := account.ValidateExternalID(b.Account); err != nil {
		return err
	}
	for _, part := range []struct {
		field, value string
		with         account.Authority
	}{{"reason", b.Reason, account.ByOperator}, {"approval", b.Approval, account.ByApproval}, {"recovery", b.Recovery, account.ByRecovery}} {
		switch {
		case b.Authorize == part.with && part.value == "":
			return refusal.Field(part.field, "is needed with authorize "+string(part.with))
		case b.Authorize != part.with && part.value != "":
			return refusal.Field(part.field, "goes with authorize "+string(part.with)+" only")
		}
	}
	if b.Browser != nil {
		if err := b.Browser.Validate(); err != nil {
			return err
		}
	}
	switch b.Authorize {
	case "", account.ByDevice, account.ByManager, account.ByOperator, account.ByApproval, account.ByRecovery:
	default:
		return refusal.Field("authorize", "must be device, manager, operator, approval or recovery")
	}
	return b.validateOthers()
}

func (b startBody) validateOthers() error {
	switch {
	case b.Replaces != "" && b.Authorize == "":
		return refusal.Field("replaces", "needs somebody who authorises it: say authorize")
	case b.Replaces != "" && !id.Valid(id.Device, b.Replaces):
		return refusal.Field("replaces", "must be the id of a device of the account")
	case b.Helper == "":
		return approval.CheckText("reason", b.Reason)
	case b.Authorize != account.ByDevice && b.Authorize != account.ByManager && b.Authorize != account.ByOperator:
		return refusal.Field("helper", "needs authorize device, manager or operator")
	case b.Helper == b.Account:
		return refusal.Field("helper", "must be somebody else's login number")
	}
	if err := approval.CheckText("helper", b.Helper); err != nil {
		return err
	}
	return approval.CheckText("reason", b.Reason)
}

func (e Enrolling) start(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	body, err := edge.Decode[startBody](r)
	if err != nil {
		return err
	}
	if body.Authorize == account.ByOperator {
		if _, err := e.Questions.Guards.Key(account.ScopeAdmin)(r); err != nil {
			return err
		}
	}
	application := guard.CallerOf(ctx).Application
	owner, err := e.People.Audience(ctx, application.Tenant, body.Account, lasting.Approach{})
	if err != nil {
		return err
	}
	c, err := e.examine(ctx, application, owner, body)
	if err != nil {
		return err
	}
	answer, err := e.begin(ctx, c)
	if err != nil {
		return c.otherwise(err)
	}
	edge.Annotate(ctx, slog.String("enrolment", answer.ID), slog.String("authority", string(c.by)))
	return edge.JSON(w, http.StatusCreated, answer)
}

// otherwise names what else can authorise the phone, and whom to ask, where a code or an operator does not.
func (a attempt) otherwise(err error) error {
	for _, refused := range []*refusal.Error{account.ErrTooWeak, account.ErrReplaceNeeded, account.ErrRecoveryNeeded} {
		var found *refusal.Error
		if errors.Is(err, refused) && errors.As(err, &found) {
			return found.With("authorize", authorities(a.owner)).With("support", a.application.TenantPolicy.Support)
		}
	}
	return err
}

// begin makes the enrolment, and asks the phones that have to authorise it.
func (e Enrolling) begin(ctx context.Context, c attempt) (view, error) {
	made, err := e.draft(c)
	if err != nil {
		return view{}, err
	}
	hash, err := e.hash(made.ID)
	if err != nil {
		return view{}, err
	}
	made.CodeHash = hash
	if c.asked == nil {
		made.Status = account.EnrolmentOpen
		if err := e.Store.CreateEnrolment(ctx, made, hash, c.reason, guard.ActorOf(ctx)); err != nil {
			return view{}, err
		}
		return e.shown(made, nil)
	}
	made.Status, made.Asked = account.EnrolmentWaiting, c.asked.Account.ID
	if made.Approval, err = approval.NewID(e.Random, made.Asked); err != nil {
		return view{}, err
	}
	nobodys, err := account.NewChallenge(e.Random) // there is no code yet
	if err != nil {
		return view{}, err
	}
	if err := e.Store.CreateEnrolment(ctx, made, nobodys, "", guard.ActorOf(ctx)); err != nil {
		return view{}, err
	}
	v, err := e.shown(made, nil)
	if err != nil {
		return view{}, err
	}
	v.Approval, err = e.ask(ctx, c, made)
	return v, err
}

func (e Enrolling) draft(c attempt) (account.Enrolment, error) {
	enrolment, err := id.New(e.Random, id.Enrolment)
	if err != nil {
		return account.Enrolment{}, err
	}
	device, err := id.New(e.Random, id.Device)
	if err != nil {
		return account.Enrolment{}, err
	}
	challenge, err := account.NewChallenge(e.Random)
	if err != nil {
		return account.Enrolment{}, err
	}
	owner, now := c.owner.Account, e.Now().UTC().Truncate(time.Millisecond)
	life := account.EnrolmentLife
	if c.asked != nil {
		life = account.QuestionLife
	}
	return account.Enrolment{
		ID: enrolment, Tenant: owner.Tenant, TenantName: owner.TenantName, Application: c.application.ID,
		Account: owner.ID, AccountLabel: owner.Label, ExternalID: owner.ExternalID, Device: device, Challenge: challenge,
		Authority: c.by, Approval: c.approval, Recovery: c.recovery, Replaces: c.replaces.ID, Proof: c.proof,
		CreatedAt: now, ExpiresAt: now.Add(life),
	}, nil
}
