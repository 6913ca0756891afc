package factors

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
)

// Proofs sends and checks the codes that show that who holds a new phone reads what goes to the account. Wrong ones count with
// those of the method.
type Proofs struct {
	*Store
	Host string // of the page that the code is typed into
}

const proofPurpose = "jawort enrolment proof"

// proofScope names the number or address too: a code that went to the one before proves nothing.
func proofScope(e account.Enrolment, to contact) []string {
	return []string{e.ID, e.Proof.Account, string(e.Proof.Method), to.address}
}

// SendProof puts a new code on its way to the number or address that the enrolment names, and returns what is kept of it.
// Errors are factor.ErrNoNumber, ErrNoAddress, ErrNumberChanged, ErrAddressChanged, ErrCannotReceiveSMS, and those of the ledger.
func (p Proofs) SendProof(ctx context.Context, tx *sql.Tx, b account.Proving) ([]byte, error) {
	e := b.Enrolment
	to, err := reach(ctx, tx, e.Proof.Account, channelOf[e.Proof.Method])
	if err != nil {
		return nil, err
	}
	code, err := factor.NewCode(p.Random)
	if err != nil {
		return nil, err
	}
	err = p.dispatch(ctx, tx, delivery{
		tenant: e.Tenant, application: e.Application, account: e.Account, method: e.Proof.Method,
		purpose: courier.PurposeActivation, to: to, code: code, expires: e.ExpiresAt, recipient: e.Proof.Helper(e.Account),
	}, p.letter(b))
	if err != nil {
		return nil, err
	}
	return p.mac(proofPurpose, code, proofScope(e, to)...)
}

func (p Proofs) letter(b account.Proving) Letter {
	policy := b.Application.TenantPolicy
	return Letter{
		Life: account.EnrolmentLife, Group: b.Group.ID, Payer: b.Group.Policy.PayerOf(b.Account), Ways: Ways{Allowed: account.Working(b.Application.Policy, b.Group.Policy, b.Account), RPID: b.Application.RPID},
		Write: func(language, code string) (subject, text string, err error) {
			if language == "" {
				language = policy.WithDefaults().Language
			}
			subject, text = courier.Render(language, channelOf[b.Enrolment.Proof.Method], courier.EnrolmentCode, courier.Values{
				Tenant: b.Application.TenantName, Application: b.Application.Name, Code: code, Host: p.Host,
				Minutes: int(account.EnrolmentLife / time.Minute), Contact: policy.Support.In(language),
			})
			if text == "" {
				return "", "", fmt.Errorf("factors: no text for an enrolment by %s", b.Enrolment.Proof.Method)
			}
			return subject, text, nil
		},
	}
}

// CheckProof counts a try at the newest code of the enrolment. Refused is factor.ErrWrongCode or ErrDisabled, and is to be committed with
// its count; err is factor.ErrPaused, a refusal of what cannot be a code, or why the number does not count any more.
func (p Proofs) CheckProof(ctx context.Context, tx *sql.Tx, e account.Enrolment, mac []byte, typed string) (refused *refusal.Error, err error) {
	code, err := factor.ParseCode(typed)
	if err != nil {
		return nil, err
	}
	m := e.Proof.Method
	_, err = db.Exec(ctx, tx, `
		INSERT INTO methods (account, method) VALUES ($1, $2) ON CONFLICT (account, method) DO NOTHING`, e.Account, m)
	if err != nil {
		return nil, err
	}
	t, err := begin(ctx, tx, e.Account, m, true)
	if err != nil {
		return nil, err
	}
	to, err := reach(ctx, tx, e.Proof.Account, channelOf[m])
	if err != nil {
		return nil, err
	}
	if p.holds(mac, proofPurpose, code, proofScope(e, to)...) {
		return nil, t.right(ctx, tx)
	}
	wrong, err := t.wrong(ctx, tx)
	if err != nil {
		return nil, err
	}
	if !errors.As(wrong, &refused) {
		return nil, wrong
	}
	return refused, nil
}
