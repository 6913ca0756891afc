package enrolling

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/guard"
)

// The page of a first login registers the account's first phone, and goes on with that login on it. With the ticket it gets no
// further than that: the store checks again, under the account's row, that the account has nothing but what this same approval activated.

func (e Enrolling) startPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q, err := e.page(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	application := guard.CallerOf(ctx).Application
	owner, err := confirming.Audience(ctx, e.People, application.Tenant, q.Account)
	if err != nil {
		return err
	}
	a := attempt{application: application, owner: owner, by: account.ByLogin, approval: q.ID}
	if a.proof, err = e.needs(a); err != nil {
		return err
	}
	v, err := e.begin(ctx, a)
	if err != nil {
		return err
	}
	edge.Annotate(ctx, slog.String("enrolment", v.ID))
	return edge.JSON(w, http.StatusCreated, v)
}

// page returns an approval whose page may register a phone.
func (e Enrolling) page(ctx context.Context, approvalID string) (confirming.Question, error) {
	q, err := e.Questions.Read(ctx, approvalID)
	if err != nil {
		return q, err
	}
	return q, q.Activates(approval.MethodPush)
}

// ofPage is an enrolment that this approval's page began.
func (e Enrolling) ofPage(ctx context.Context, approvalID, enrolment string) (account.Enrolment, *account.Device, error) {
	found, device, err := e.own(ctx, enrolment)
	if err == nil && (found.Authority != account.ByLogin || found.Approval != approvalID) {
		err = account.ErrUnknownEnrolment
	}
	if err != nil {
		return account.Enrolment{}, nil, err
	}
	return found, device, nil
}

func (e Enrolling) getPage(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return e.answer(w, r, func(ctx context.Context) (account.Enrolment, *account.Device, error) {
		if _, err := e.Questions.Guards.Own(ctx, id); err != nil {
			return account.Enrolment{}, nil, err
		}
		return e.ofPage(ctx, id, r.PathValue("enrolment"))
	})
}

func (e Enrolling) confirmPage(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.Decode[confirmBody](r)
	if err != nil {
		return err
	}
	q, err := e.page(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	found, _, err := e.ofPage(r.Context(), q.ID, r.PathValue("enrolment"))
	if err != nil {
		return err
	}
	return e.settle(w, r, found, body)
}
