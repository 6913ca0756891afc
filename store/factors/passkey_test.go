package factors_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
)

const (
	rpID   = "login.example"
	origin = "https://login.example"
)

// browser holds one passkey, by an implementation that is not ours.
type browser struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

func newBrowser(accountID string) *browser {
	const whole = 77 // bytes of a P-256 COSE_Key: this authenticator misspells keys whose coordinates begin with zeros
	b := &browser{
		rp:   virtualwebauthn.RelyingParty{ID: rpID, Origin: origin},
		auth: virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(accountID)}),
	}
	for b.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(b.cred.Key.AttestationData()) != whole; {
		b.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return b
}

func (w *world) party() *approval.RelyingParty {
	w.Helper()
	rp, err := approval.NewRelyingParty(rpID, "Portal", []string{origin})
	must(w.T, err)
	return rp
}

func (w *world) registering(approvalID string) factors.Activation {
	return factors.Activation{Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID, Approval: approvalID, Method: approval.MethodPasskey}
}

// made is the answer of a browser that made its passkey for the challenge.
func (w *world) made(b *browser, a factors.Activation, challenge []byte) factors.PasskeyFinish {
	w.Helper()
	r, err := approval.ParseRegistration([]byte(virtualwebauthn.CreateAttestationResponse(b.rp, b.auth, b.cred, virtualwebauthn.AttestationOptions{Challenge: challenge})))
	must(w.T, err)
	return factors.PasskeyFinish{Activation: a, Party: w.party(), Registration: r, Actor: byKey}
}

// passkey registers a passkey by a login service.
func (w *world) passkey() *browser {
	w.Helper()
	b := newBrowser(w.account.ID)
	started, err := w.s.StartPasskey(w.Context(), w.registering(""), rpID)
	must(w.T, err)
	_, err = w.s.FinishPasskey(w.Context(), w.made(b, w.registering(""), started.Challenge))
	must(w.T, err)
	return b
}

func (w *world) signed(b *browser, p approval.Pending) factors.PasskeyAttempt {
	w.Helper()
	challenge := approval.PasskeyChallenge(p.Document)
	a, err := approval.ParseAssertion([]byte(virtualwebauthn.CreateAssertionResponse(b.rp, b.auth, b.cred, virtualwebauthn.AssertionOptions{Challenge: challenge[:]})))
	must(w.T, err)
	return factors.PasskeyAttempt{Approval: p, Party: w.party(), Assertion: a}
}

// question is pending with a document of its own.
func (w *world) question(kind approval.Kind) approval.Pending {
	w.Helper()
	p := w.pending(kind)
	p.Document = []byte(`{"id":"` + p.ID + `"}`)
	return p
}

func (w *world) by(a factors.PasskeyAttempt) (approval.Outcome, error) {
	return w.s.ConfirmByPasskey(w.Context(), a)
}

func TestAPasskeyConfirmsALoginAndATransactionAndLeavesItsEvidence(t *testing.T) {
	onEach(t, func(w *world) {
		b := w.passkey()
		for _, kind := range []approval.Kind{approval.Login, approval.Transaction} {
			p := w.question(kind)
			o, err := w.by(w.signed(b, p))
			w.wantApproved(o, err, p, approval.MethodPasskey)
			kept, err := w.ends.Outcome(w.Context(), p.ID)
			must(w.T, err)
			if err := w.party().VerifyPasskey(kept.Assertion, *kept.Signer, kept.Account, kept.Document); err != nil || kept.Signer.EnrolledAt.IsZero() {
				w.Errorf("the evidence %+v: %v", kept.Signer, err)
			}
		}
		if n := w.count(`passkeys WHERE used_at > 0`); n != 1 {
			w.Error("its use was not noted")
		}
		if n := w.count(`outbox WHERE kind = 'method.activated' AND data LIKE '%pky_%'`); n != 1 {
			w.Errorf("%d events", n)
		}
	})
}

func TestTheSameAnswerRacedFromTwoBrowsersHasOneOutcome(t *testing.T) {
	onEach(t, func(w *world) {
		b, p := w.passkey(), w.question(approval.Login)
		answer := w.signed(b, p)
		same := inParallel(16, func(int) bool {
			o, err := w.by(answer)
			return err == nil && o.Approval == p.ID && o.Method == approval.MethodPasskey
		})
		if same != 16 || w.count(`outcomes`) != 1 || w.count(`methods WHERE failures = 0`) != 1 {
			w.Errorf("%d of 16 were told of the outcome, of which there are %d", same, w.count(`outcomes`))
		}
		_, err := w.by(factors.PasskeyAttempt{Approval: w.question(approval.Login), Party: w.party(), Assertion: answer.Assertion})
		w.wantError(err, factor.ErrWrongPasskey)
	})
}

func TestAPasskeyOfAnotherAccountOrDomainAndAPhonesKeyConfirmNothing(t *testing.T) {
	onEach(t, func(w *world) {
		mine := w.passkey()
		first := w.account
		var err error
		w.account, _, err = w.ends.PutAccount(w.Context(), withID(w, "4712"))
		must(w.T, err)
		theirs := w.passkey()
		p := w.question(approval.Login)
		_, err = w.by(w.signed(mine, p))
		w.wantError(err, factor.ErrWrongPasskey)
		mine.auth.Options.UserHandle = []byte(w.account.ID)
		_, err = w.by(w.signed(mine, p))
		w.wantError(err, factor.ErrWrongPasskey)

		w.sql(`UPDATE passkeys SET rp_id = 'elsewhere.example' WHERE account = $1`, w.account.ID)
		_, err = w.by(w.signed(theirs, p))
		w.wantError(err, factor.ErrWrongPasskey)
		w.account = first
		w.phoneOf(theirs) // its key as that of a phone of the account
		w.sql(`DELETE FROM passkeys WHERE rp_id = 'elsewhere.example'`)
		theirs.auth.Options.UserHandle = []byte(first.ID)
		_, err = w.by(w.signed(theirs, w.question(approval.Login)))
		w.wantError(err, factor.ErrWrongPasskey)
		started, err := w.s.StartPasskey(w.Context(), w.registering(""), rpID)
		must(w.T, err)
		_, err = w.s.FinishPasskey(w.Context(), w.made(theirs, w.registering(""), started.Challenge))
		w.wantRefused(err, "credential")
	})
}

func TestAnOperatorsPasskeyBecomesNoAccounts(t *testing.T) {
	onEach(t, func(w *world) {
		b, console := newBrowser(w.account.ID), &operators.Store{DB: w.d}
		command := outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"}
		_, err := console.Invite(w.Context(), operator.Operator{ID: "opr_ada", Name: "Ada", Role: operator.Support}, []byte("code"), command)
		must(w.T, err)
		_, err = console.Join(w.Context(), []byte("code"), operator.Passkey{
			ID: "pky_ada", Operator: "opr_ada", Credential: approval.Credential{ID: b.cred.ID, PublicKey: b.cred.Key.AttestationData()},
		}, operators.Entry{Session: "ops_ada", SecretHash: []byte("secret"), Challenge: []byte("challenge")})
		must(w.T, err)
		started, err := w.s.StartPasskey(w.Context(), w.registering(""), rpID)
		must(w.T, err)
		_, err = w.s.FinishPasskey(w.Context(), w.made(b, w.registering(""), started.Challenge))
		w.wantRefused(err, "credential")
		if n := w.count(`passkeys`) + w.count(`methods WHERE active_since > 0`); n != 0 {
			w.Error("it confirms logins")
		}
	})
}

func TestOfTwoWhoRegisterOneCredentialAtOnceForTwoPurposesOneDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t))) // on SQLite there is no meanwhile
	b, console := newBrowser(w.account.ID), &operators.Store{DB: w.d}
	_, err := console.Invite(w.Context(), operator.Operator{ID: "opr_ada", Name: "Ada", Role: operator.Support}, []byte("code"), outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"})
	must(t, err)
	started, err := w.s.StartPasskey(w.Context(), w.registering(""), rpID)
	must(t, err)
	finish, results := w.made(b, w.registering(""), started.Challenge), make(chan error, 2)
	must(t, w.d.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if err := db.InTurn(ctx, tx, b.cred.ID); err != nil {
			return err
		}
		go func() {
			_, err := w.s.FinishPasskey(w.Context(), finish)
			results <- err
		}()
		go func() {
			_, err := console.Join(w.Context(), []byte("code"), operator.Passkey{
				ID: "pky_ada", Operator: "opr_ada", Credential: approval.Credential{ID: b.cred.ID, PublicKey: b.cred.Key.AttestationData()},
			}, operators.Entry{Session: "ops_ada", SecretHash: []byte("secret"), Challenge: []byte("challenge")})
			results <- err
		}()
		for waiting := 0; waiting < 2; {
			var err error
			if waiting, err = db.One(ctx, w.d.Reads(), db.ScanInt, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`); err != nil {
				return err
			}
		}
		return nil
	}))
	first, second := <-results, <-results
	if (first == nil) == (second == nil) || w.count(`passkeys`)+w.count(`operator_passkeys`) != 1 || w.count(`turns`) != 0 {
		t.Errorf("%v and %v", first, second)
	}
}

func TestAChallengeIsGoodForOnePasskeyOfItsAccountApplicationAndTime(t *testing.T) {
	onEach(t, func(w *world) {
		a := w.registering("")
		started, err := w.s.StartPasskey(w.Context(), a, rpID)
		must(w.T, err)
		elsewhere := a
		elsewhere.Application = "app_other"
		_, err = w.s.FinishPasskey(w.Context(), w.made(newBrowser(w.account.ID), elsewhere, started.Challenge))
		w.wantError(err, factor.ErrNoActivation)
		_, err = w.s.FinishPasskey(w.Context(), w.made(newBrowser(w.account.ID), a, make([]byte, 32)))
		w.wantError(err, factor.ErrNoActivation)
		_, err = w.s.FinishPasskey(w.Context(), w.made(newBrowser(w.account.ID), w.registering("apr_other"), started.Challenge))
		w.wantError(err, factor.ErrNoActivation)
		w.after(factor.PasskeyLife)
		_, err = w.s.FinishPasskey(w.Context(), w.made(newBrowser(w.account.ID), a, started.Challenge))
		w.wantError(err, factor.ErrNoActivation)
		w.after(factor.PasskeyLife - 10*time.Second)
		won := inParallel(8, func(int) bool {
			_, err := w.s.FinishPasskey(w.Context(), w.made(newBrowser(w.account.ID), a, started.Challenge))
			return err == nil
		})
		if won != 1 || w.count(`passkeys`) != 1 {
			w.Errorf("the challenge was good for %d passkeys, %d are kept", won, w.count(`passkeys`))
		}
	})
}

func TestAnAccountHasTenPasskeysAtMost(t *testing.T) {
	onEach(t, func(w *world) {
		for range factor.MaxPasskeys {
			w.passkey()
		}
		_, err := w.s.StartPasskey(w.Context(), w.registering(""), rpID)
		w.wantError(err, factor.ErrTooManyPasskeys)
	})
}

func TestNothingIsRegisteredWhereTheLoginEndedOtherwise(t *testing.T) {
	onEach(t, func(w *world) {
		p := w.question(approval.Login)
		started, err := w.s.StartPasskey(w.Context(), w.registering(p.ID), rpID)
		must(w.T, err)
		f := w.made(newBrowser(w.account.ID), w.registering(p.ID), started.Challenge)
		f.Pending = &p
		_, err = w.ends.End(w.Context(), p, approval.StatusCancelled)
		must(w.T, err)
		_, err = w.s.FinishPasskey(w.Context(), f)
		w.wantError(err, approval.ErrNotPending)
		if w.count(`passkeys`) != 0 || w.count(`methods WHERE active_since > 0`) != 0 {
			w.Error("something was registered")
		}
	})
}

func TestARemovedPasskeyAResetAndADeletionEndItAndTheBrowsersThatItConfirmed(t *testing.T) {
	onEach(t, func(w *world) {
		b := w.passkey()
		o, err := w.by(w.signed(b, w.question(approval.Login)))
		must(w.T, err)
		trust := trustedBy(w, o)
		if ok, err := w.ends.TrustBrowser(w.Context(), trust); !ok || err != nil {
			w.Fatalf("the browser is not trusted: %v", err)
		}
		w.activate(approval.MethodTOTP)
		all, err := w.s.Passkeys(w.Context(), w.account.ID)
		must(w.T, err)
		must(w.T, w.s.RemovePasskey(w.Context(), w.account.ID, all[0].ID, everyWay, byKey))
		if ok, err := w.ends.TrustBrowser(w.Context(), trust); ok || err != nil {
			w.Errorf("the browser outlives the passkey: %v", err)
		}
		_, err = w.by(w.signed(b, w.question(approval.Login)))
		w.wantError(err, factor.ErrNotActive)

		b = w.passkey()
		must(w.T, w.ends.ResetAccount(w.Context(), w.tenant.ID, w.account.ExternalID, "lost", lasting.By{}, w.s.Reset))
		_, err = w.by(w.signed(b, w.question(approval.Login)))
		w.wantError(err, factor.ErrNotActive)
		if n := w.count(`passkeys`); n != 0 {
			w.Errorf("%d passkeys outlive the reset", n)
		}
		b = w.passkey()
		must(w.T, w.ends.DeleteAccount(w.Context(), w.tenant.ID, w.account.ExternalID, lasting.By{}))
		_, err = w.by(w.signed(b, w.question(approval.Login)))
		w.wantError(err, factor.ErrNotActive)
	})
}

func TestALoserAndOneThatIsTooLateAreToldAndNothingIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	b, p := w.passkey(), w.question(approval.Login)
	_, err := w.ends.End(w.Context(), p, approval.StatusCancelled)
	must(t, err)
	o, err := w.by(w.signed(b, p))
	if err != nil || o.Status != approval.StatusCancelled {
		t.Errorf("the loser is told %+v, %v", o, err)
	}
	late := w.question(approval.Login)
	late.ClosesAt = late.CreatedAt
	_, err = w.by(w.signed(newBrowser(w.account.ID), late))
	w.wantError(err, approval.ErrExpired)
	if n := w.count(`methods WHERE failures > 0`); n != 0 {
		t.Error("something was counted")
	}
	w.sql(`UPDATE methods SET failures = 99`)
	_, err = w.by(w.signed(newBrowser(w.account.ID), w.question(approval.Login)))
	w.wantError(err, factor.ErrDisabled)
	_, err = w.by(w.signed(b, w.question(approval.Login)))
	w.wantError(err, factor.ErrDisabled)
}

// phoneOf registers the key of a browser as that of a phone of the account, behind the stores' back.
func (w *world) phoneOf(b *browser) {
	w.Helper()
	installation, device := w.id(id.Installation), w.id(id.Device)
	now, err := w.d.Now(w.Context())
	must(w.T, err)
	w.sql(`INSERT INTO installations (id, thumbprint, platform, os_version, model, language, screen_lock, notifications, created_at)
		VALUES ($1, $1, 'ios', '26', '', 'de', TRUE, TRUE, $2)`, installation, db.Micros(now))
	w.sql(`INSERT INTO devices (id, account, installation, holder, label, created_at) VALUES ($1, $2, $3, '', '', $4)`, device, w.account.ID, installation, db.Micros(now))
	w.sql(`INSERT INTO credentials (id, device, account, public_key, sign_count, backup_eligible, attestation, status) VALUES ($1, $2, $3, $4, 0, FALSE, 'none', 'active')`,
		b.cred.ID, device, w.account.ID, b.cred.Key.AttestationData())
}

func withID(w *world, externalID string) account.Account {
	w.Helper()
	return account.Account{ID: w.id(id.Account), Tenant: w.tenant.ID, ExternalID: externalID}
}

// trustedBy is the browser that an outcome makes trusted.
func trustedBy(w *world, o approval.Outcome) account.TrustedBrowser {
	w.Helper()
	return account.TrustedBrowser{ID: w.id(id.Browser), Hash: []byte(o.Approval), Approval: o.Approval, ACR: account.ACR2, Set: w.app.ID, Family: "Firefox", System: "Windows", For: time.Hour}
}

// wantRefused wants the refusal of a field.
func (w *world) wantRefused(err error, field string) {
	w.Helper()
	var refused *refusal.Error
	if !errors.As(err, &refused) || !strings.HasPrefix(refused.Detail, field+":") {
		w.Errorf("refused with %v, want %s to be", err, field)
	}
}
