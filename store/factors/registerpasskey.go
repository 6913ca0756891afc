package factors

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

const passkeyPurpose = "jawort passkey registration"

// PasskeyStarted is what a browser needs to make a passkey.
type PasskeyStarted struct {
	Challenge []byte
	Exclude   [][]byte // credentials that the account has under the RP ID
	ExpiresAt time.Time
}

// StartPasskey gives the challenge for one registration on a page of the activation's application. Starting again ends the challenge before.
// Errors are factor.ErrHasMethod (by the page of an approval, where the account has a method that this approval did not
// activate), ErrTooManyPasskeys, ErrPaused and ErrNotActive where there is no such account.
func (s *Store) StartPasskey(ctx context.Context, a Activation, rpID string) (PasskeyStarted, error) {
	started := PasskeyStarted{Challenge: make([]byte, factor.ChallengeSize)}
	if _, err := io.ReadFull(s.Random, started.Challenge); err != nil {
		return started, fmt.Errorf("factors: read randomness: %w", err)
	}
	tag, err := s.mac(passkeyPurpose, challengeText(started.Challenge), a.passkeyScope(rpID)...)
	if err != nil {
		return started, err
	}
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := a.roomForPasskey(ctx, tx); err != nil {
			return err
		}
		if started.Exclude, err = credentialsOf(ctx, tx, a.Account, rpID); err != nil {
			return err
		}
		now, err := clock(ctx, tx)
		if err != nil {
			return err
		}
		started.ExpiresAt = now.Add(factor.PasskeyLife)
		_, err = db.Exec(ctx, tx, `
			INSERT INTO activations (account, method, approval, mac, sent, sent_at, expires_at, as_first) VALUES ($1, $2, $3, $4, 0, 0, $5, $6)
			ON CONFLICT (account, method, approval) DO UPDATE SET mac = $4, expires_at = $5, as_first = $6`,
			a.Account, a.Method, a.Approval, tag, db.Micros(started.ExpiresAt), a.First)
		return err
	})
	return started, err
}

// passkeyScope is what a challenge is good for.
func (a Activation) passkeyScope(rpID string) []string {
	return append(activationScope(a.Account, a.Approval, a.Method), a.Application, rpID)
}

func challengeText(challenge []byte) string { return base64.RawURLEncoding.EncodeToString(challenge) }

// roomForPasskey is allowed, where the account may have one more.
func (a Activation) roomForPasskey(ctx context.Context, tx *sql.Tx) error {
	if err := a.allowed(ctx, tx); err != nil {
		return err
	}
	n, err := db.One(ctx, tx, db.ScanInt, `SELECT COUNT(*) FROM passkeys WHERE account = $1`, a.Account)
	if err == nil && n >= factor.MaxPasskeys {
		err = factor.ErrTooManyPasskeys
	}
	return err
}

// PasskeyFinish is what the browser answers.
type PasskeyFinish struct {
	Activation
	Pending      *approval.Pending // the login that is confirmed by it; nil: a login service activates, or the login is approved already
	Party        *approval.RelyingParty
	Registration *approval.Registration
	Label        string       // as its person calls it, or browser and system; empty: unknown
	Actor        outbox.Actor // of a login service, or a person in the portal
}

var (
	errRegistration = refusal.Field("credential",
		"must be a new passkey for exactly the options that were given, made with user verification on a page of this application. Start again and create another one.")
	errPasskeyTaken = refusal.Field("credential", "is registered already; create a new one")
)

// FinishPasskey keeps the passkey, and ends the approval as approved by it where its page activates. The challenge is used up. It returns the
// outcome that stands, empty for a login service. An approval that ended otherwise than approved activates nothing:
// approval.ErrNotPending. Other errors are those of StartPasskey, factor.ErrNoActivation where the challenge is not the one
// that was given last, and a refusal of what is no passkey made for it.
func (s *Store) FinishPasskey(ctx context.Context, f PasskeyFinish) (approval.Outcome, error) {
	passkeyID, err := id.New(s.Random, id.Passkey)
	if err != nil {
		return approval.Outcome{}, err
	}
	err = s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error { return s.finishPasskey(ctx, tx, f, passkeyID) })
	return s.activated(ctx, f.Activation, err)
}

func (s *Store) finishPasskey(ctx context.Context, tx *sql.Tx, f PasskeyFinish, passkeyID string) error {
	if err := f.roomForPasskey(ctx, tx); err != nil {
		return err
	}
	var asFirst bool
	tag, err := db.One(ctx, tx, func(r db.Row) (tag []byte, err error) { return tag, r.Scan(&tag, &asFirst) }, `
		DELETE FROM activations WHERE account = $1 AND method = $2 AND approval = $3 AND expires_at > jawort_now() RETURNING mac, as_first`,
		f.Account, f.Method, f.Approval)
	if err != nil {
		return db.Replace(err, factor.ErrNoActivation)
	}
	if err := f.stillFirst(ctx, tx, asFirst); err != nil {
		return err
	}
	if !s.holds(tag, passkeyPurpose, challengeText(f.Registration.Challenge), f.passkeyScope(f.Party.ID())...) {
		return factor.ErrNoActivation
	}
	k, err := f.Party.Register(f.Registration, f.Account)
	if err != nil {
		return errRegistration.Because(err)
	}
	k.ID, k.Label = passkeyID, f.Label
	if err := keepPasskey(ctx, tx, f, k); err != nil {
		return err
	}
	return s.continueLogin(ctx, tx, f.Activation, f.Pending, func(p approval.Pending) (won bool, err error) {
		_, won, err = s.Outcomes.ApproveByPasskey(ctx, tx, p, k, nil)
		return won, err
	})
}

// keepPasskey makes the method count. A credential has one purpose, so one of a phone or of an operator is refused.
func keepPasskey(ctx context.Context, tx *sql.Tx, f PasskeyFinish, k approval.Passkey) error {
	c := k.Credential
	if err := db.InTurn(ctx, tx, c.ID); err != nil {
		return err
	}
	err := db.MustTouch(ctx, tx, errPasskeyTaken, `
		INSERT INTO passkeys (id, credential, account, application, rp_id, label, public_key, sign_count, backup_eligible, backed_up, aaguid,
			attestation, created_at)
		SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, jawort_now()
		WHERE NOT EXISTS (SELECT 1 FROM credentials WHERE id = $2) AND NOT EXISTS (SELECT 1 FROM operator_passkeys WHERE credential = $2)
		ON CONFLICT (credential) DO NOTHING`,
		k.ID, c.ID, f.Account, f.Application, k.RPID, k.Label, c.PublicKey, int64(c.SignCount), c.BackupEligible, k.BackedUp, c.AAGUID, c.Attestation)
	if err != nil {
		return err
	}
	err = db.MustTouch(ctx, tx, errVanished, `
		UPDATE methods SET active_since = CASE WHEN active_since > 0 THEN active_since ELSE jawort_now() END, activated_by = $3, failures = 0,
			paused_until = 0, disabled_at = 0, used_at = jawort_now()
		WHERE account = $1 AND method = $2`, f.Account, f.Method, f.Approval)
	if err != nil {
		return err
	}
	return putEvent(ctx, tx, event{
		kind: MethodActivated, account: f.Account, application: f.Application, method: f.Method, actor: f.actor(f.Actor),
		data: map[string]any{"passkey": k.ID},
	})
}
