package mobileapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/refusal"
)

// decisionStore decides, in one transaction each.
type decisionStore interface {
	outcomeReader
	Signer(ctx context.Context, installation string, credentialID []byte) (approval.Signer, error)
	Decide(ctx context.Context, d approval.Decided) (approval.Verdict, error)
	WrongNumber(ctx context.Context, d approval.Decided) (approval.Verdict, error)
	End(ctx context.Context, p approval.Pending, status approval.Status) (approval.Outcome, error)
}

// decisions takes the phones' signed answers.
type decisions struct {
	live    Live
	lasting decisionStore
	party   *approval.RelyingParty
	keys    Keys
}

func (d decisions) mount(m *edge.Mux, g guards) {
	m.Handle("POST /v1/approvals/{id}/decision", g.installation, d.decide)
}

type decisionRequest struct {
	Decision   approval.Decision `json:"decision"`
	Number     string            `json:"number"`
	Credential json.RawMessage   `json:"credential"`
}

// Validate refuses what could never have been signed.
func (d *decisionRequest) Validate() error {
	if !d.Decision.Valid() {
		return refusal.Field("decision", "must be approve, deny or report")
	}
	if !approval.ValidNumber(d.Number) {
		return refusal.Field("number", "must be up to six digits")
	}
	return nil
}

type decisionAnswer struct {
	Status approval.Status `json:"status"`
}

func (d decisions) decide(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), r.PathValue("id")
	body, err := edge.DecodeLenient[decisionRequest](r)
	if err != nil {
		return err
	}
	q, err := ask(ctx, d.live, d.lasting, id)
	if errors.Is(err, approval.ErrUnknown) {
		return errUnauthorized.Because(err)
	}
	if err != nil {
		return err
	}
	if err := d.authentic(q); err != nil {
		return err
	}
	decided, err := d.verify(ctx, q, installationOf(r).ID, body)
	if err != nil {
		return err
	}
	edge.Annotate(ctx, slog.String("approval", q.ID), slog.String("device", decided.Signer.Device), slog.String("decision", string(body.Decision)))
	status, err := d.settle(ctx, q, decided)
	if err != nil {
		return err
	}
	edge.Annotate(ctx, slog.String("result", string(status)))
	return edge.JSON(w, http.StatusOK, decisionAnswer{status})
}

// authentic refuses a question that the server did not ask in this way: what the live store says of account, number or
// deadline decides who is let in, and it is only as trustworthy as everybody who can write there.
func (d decisions) authentic(q question) error {
	if q.outcome != nil {
		return nil
	}
	if err := d.keys.VerifyMAC(q.MAC, keys.PendingApproval, q.Fixed()); err != nil {
		return errUnauthorized.Because(fmt.Errorf("mobileapi: the live record of %s was altered: %w", q.ID, err))
	}
	if !forPhones(q.Pending) {
		return errUnauthorized.Because(fmt.Errorf("mobileapi: phones may not answer %s", q.ID))
	}
	return nil
}

// verify checks everything but the number: that a credential of the approval's account, on this installation,
// signed exactly what was submitted over the document that we keep.
func (d decisions) verify(ctx context.Context, q question, installation string, body decisionRequest) (approval.Decided, error) {
	assertion, err := approval.ParseAssertion(body.Credential)
	if err != nil {
		return approval.Decided{}, errUnauthorized.Because(err)
	}
	signer, err := d.lasting.Signer(ctx, installation, assertion.CredentialID)
	if err != nil {
		return approval.Decided{}, err
	}
	if signer.Account != q.Account {
		return approval.Decided{}, errUnauthorized.Because(errors.New("mobileapi: the credential is another account's"))
	}
	if err := d.party.Verify(assertion, signer.Credential, body.Decision, body.Number, q.Document); err != nil {
		return approval.Decided{}, errUnauthorized.Because(err)
	}
	return approval.Decided{Approval: q.Pending, Signer: signer, Decision: body.Decision, Number: body.Number, Assertion: assertion}, nil
}

// settle hands the verified decision to the lasting store and says what came of it.
func (d decisions) settle(ctx context.Context, q question, decided approval.Decided) (approval.Status, error) {
	if q.Superseded { // so that the decision meets the outcome that the newer approval caused
		if _, err := d.lasting.End(ctx, q.Pending, approval.StatusSuperseded); err != nil {
			return "", err
		}
	}
	if decided.Decision == approval.Approve && !approval.NumberMatches(decided.Number, q.Number) {
		return "", d.wrongNumber(ctx, q, decided)
	}
	verdict, err := d.lasting.Decide(ctx, decided)
	if err != nil {
		return "", err
	}
	d.tell(ctx, q, decided, verdict)
	return answerTo(verdict)
}

func (d decisions) wrongNumber(ctx context.Context, q question, decided approval.Decided) error {
	verdict, err := d.lasting.WrongNumber(ctx, decided)
	if err != nil {
		return err
	}
	d.tell(ctx, q, decided, verdict)
	if verdict.Outcome != nil && !verdict.Own {
		return refuseEnded(verdict.Outcome.Status, verdict.Outcome.Label)
	}
	return approval.ErrWrongNumber.With("attempts_left", verdict.AttemptsLeft)
}

// tell wakes who waits for the outcome (browsers by the approval, phones by the account), and closes the live record,
// so that it fills no place of the account's limit any more. Both are best effort: servers read again, and the outbox
// closes what is still open.
func (d decisions) tell(ctx context.Context, q question, decided approval.Decided, v approval.Verdict) {
	if v.Outcome == nil {
		return
	}
	ctx = context.WithoutCancel(ctx) // a phone that has hung up decided all the same; the stores bound each call
	wake(ctx, d.live, q.ID, q.Account)
	if v.Own && !v.Late && q.outcome == nil {
		if err := d.live.EndPending(ctx, q.Pending, decided.Signer.Installation, v.Outcome.Status); err != nil {
			edge.Annotate(ctx, slog.Bool("end_lost", true))
		}
	}
}

// answerTo gives credit to the device that ended the approval, whose partial deny counts, or whose report came late.
func answerTo(v approval.Verdict) (approval.Status, error) {
	switch {
	case v.Outcome == nil:
		return approval.StatusPending, nil
	case v.Own, v.Late:
		return v.Outcome.Status, nil
	default:
		return "", refuseEnded(v.Outcome.Status, v.Outcome.Label)
	}
}
