package factors

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// Activation is a method that an account is about to get, for a login service or for the page of one approval.
type Activation struct {
	Tenant      string
	Application string
	Account     string
	Approval    string // whose page activates; empty: a login service does
	Method      approval.Method
	First       bool // nobody confirms it, because nothing could: only begun, and finished, while the account has nothing else
}

// Start begins an activation.
type Start struct {
	Activation
	// Typed is the number (E.164) or address that the person gave; empty: the account's own. Whether one may be given is the caller's to say.
	Typed  string
	Letter Letter // of sms and email
}

// Started is what the person needs to go on.
type Started struct {
	Key       factor.TOTPKey // of totp
	Address   string         // masked; of sms and email
	ExpiresAt time.Time
}

// StartActivation makes the key of an authenticator app, or sends a code to the account's number or address; the method
// does not count until FinishActivation has proved that it works. Starting again begins anew. Errors are
// factor.ErrHasMethod (by the page of an approval, where the account has a method that this approval did not activate; as a first one,
// where it has any), those of SendCode about addresses and limits, ErrPaused and ErrNotActive where there is no such account.
func (s *Store) StartActivation(ctx context.Context, start Start) (Started, error) {
	var started Started
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err := start.allowed(ctx, tx); err != nil {
			return err
		}
		switch start.Method {
		case approval.MethodTOTP:
			started, err = s.startTOTP(ctx, tx, start)
		case approval.MethodSMS, approval.MethodEmail:
			started, err = s.startCode(ctx, tx, start)
		default:
			err = factor.ErrNotActive.WithDetail("This method cannot be activated by a code. Activate totp, sms or email.")
		}
		return err
	})
	return started, err
}

// allowed holds the account's row, so that activations of one account wait for each other, and that of the method.
func (a Activation) allowed(ctx context.Context, tx *sql.Tx) error {
	if err := holdAccount(ctx, tx, a.Account); err != nil {
		return err
	}
	if a.Approval != "" || a.First {
		foreign, err := hasBeside(ctx, tx, a.Account, a.Approval)
		if err != nil {
			return err
		}
		if foreign {
			return factor.ErrHasMethod
		}
	}
	_, err := db.Exec(ctx, tx, `
		INSERT INTO methods (account, method) VALUES ($1, $2) ON CONFLICT (account, method) DO NOTHING`, a.Account, a.Method)
	if err != nil {
		return err
	}
	pause, err := db.One(ctx, tx, db.ScanInt64, `
		UPDATE methods SET failures = failures WHERE account = $1 AND method = $2 RETURNING paused_until - jawort_now()`, a.Account, a.Method)
	if err == nil && pause > 0 {
		err = factor.ErrPaused.After(time.Duration(pause) * time.Microsecond)
	}
	return err
}

func holdAccount(ctx context.Context, tx *sql.Tx, accountID string) error {
	return db.MustTouch(ctx, tx, factor.ErrNotActive, `UPDATE accounts SET label = label WHERE id = $1 AND deleted_at = 0`, accountID)
}

func (s *Store) startTOTP(ctx context.Context, tx *sql.Tx, start Start) (Started, error) {
	key, err := factor.NewTOTPKey(s.Random)
	if err != nil {
		return Started{}, err
	}
	sealed, err := s.sealFor(start.Account, totpKeyPurpose, key.Bytes())
	if err != nil {
		return Started{}, err
	}
	now, err := clock(ctx, tx)
	if err != nil {
		return Started{}, err
	}
	expires := now.Add(factor.ActivationLife)
	_, err = db.Exec(ctx, tx, `
		INSERT INTO activations (account, method, approval, secret, sent, sent_at, expires_at, as_first) VALUES ($1, $2, $3, $4, 0, 0, $5, $6)
		ON CONFLICT (account, method, approval) DO UPDATE SET secret = $4, expires_at = $5, as_first = $6`,
		start.Account, start.Method, start.Approval, sealed, db.Micros(expires), start.First)
	return Started{Key: key, ExpiresAt: expires}, err
}

func (s *Store) startCode(ctx context.Context, tx *sql.Tx, start Start) (Started, error) {
	to, sealed, err := s.destination(ctx, tx, start)
	if err != nil {
		return Started{}, err
	}
	code, err := factor.NewCode(s.Random)
	if err != nil {
		return Started{}, err
	}
	now, err := clock(ctx, tx)
	if err != nil {
		return Started{}, err
	}
	expires := now.Add(start.Letter.Life)
	if err := s.keepActivationCode(ctx, tx, start.Activation, code, sealed, expires); err != nil {
		return Started{}, err
	}
	err = s.dispatch(ctx, tx, delivery{
		tenant: start.Tenant, application: start.Application, account: start.Account, approval: start.Approval, method: start.Method,
		purpose: courier.PurposeActivation, to: to, code: code, expires: expires,
	}, start.Letter)
	return Started{Address: to.masked(channelOf[start.Method]), ExpiresAt: expires}, err
}

// destination returns where the code goes, and the sealed address where the person gave it.
func (s *Store) destination(ctx context.Context, tx *sql.Tx, start Start) (contact, []byte, error) {
	to, err := reach(ctx, tx, start.Account, channelOf[start.Method])
	if start.Typed == "" {
		return to, nil, err
	}
	if err != nil && !isAboutAddress(err) {
		return contact{}, nil, err
	}
	var kept, language string
	_, failed := db.One(ctx, tx, func(r db.Row) (none struct{}, err error) { return none, r.Scan(&kept, &language) },
		`SELECT `+columnOf[start.Method]+`, language FROM accounts WHERE id = $1`, start.Account)
	switch {
	case failed != nil:
		return contact{}, nil, failed
	case err != nil && kept == start.Typed: // giving what is on record mends nothing
		return contact{}, nil, err
	}
	sealed, err := s.sealFor(start.Account, addressPurpose, []byte(start.Typed))
	return contact{address: start.Typed, language: language}, sealed, err
}

// isAboutAddress reports whether err is mended by giving another number or address.
func isAboutAddress(err error) bool {
	for _, about := range []error{factor.ErrNoNumber, factor.ErrNoAddress, factor.ErrNumberChanged, factor.ErrAddressChanged, factor.ErrCannotReceiveSMS} {
		if errors.Is(err, about) {
			return true
		}
	}
	return false
}

// keepActivationCode counts from one again when the last code is over.
func (s *Store) keepActivationCode(ctx context.Context, tx *sql.Tx, a Activation, code string, address []byte, expires time.Time) error {
	tag, err := s.mac(activationPurpose, code, activationScope(a.Account, a.Approval, a.Method)...)
	if err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, `
		INSERT INTO activations (account, method, approval, mac, address, sent, sent_at, expires_at, as_first) VALUES ($1, $2, $3, $4, $5, 1, jawort_now(), $6, $9)
		ON CONFLICT (account, method, approval) DO UPDATE SET mac = $4, address = $5, sent_at = jawort_now(), expires_at = $6, as_first = $9,
			sent = CASE WHEN activations.expires_at <= jawort_now() THEN 1 ELSE activations.sent + 1 END
		WHERE activations.sent_at + $8 <= jawort_now() AND (activations.sent < $7 OR activations.expires_at <= jawort_now())`,
		a.Account, a.Method, a.Approval, tag, address, db.Micros(expires), factor.MaxCodes, factor.CodeInterval.Microseconds(), a.First)
	if err != nil || n == 1 {
		return err
	}
	return whyNotSent(ctx, tx, `activations WHERE account = $1 AND method = $2 AND approval = $3`, a.Account, a.Method, a.Approval)
}

// stillFirst refuses what was begun as a first method where the account has got another meanwhile, which could have confirmed it.
func (a Activation) stillFirst(ctx context.Context, tx *sql.Tx, asFirst bool) error {
	if !asFirst {
		return nil
	}
	other, err := hasBeside(ctx, tx, a.Account, a.Approval)
	if err == nil && other {
		err = factor.ErrNoActivation
	}
	return err
}

// actor says who activates: the page of an approval, or the login service that the caller names.
func (a Activation) actor(service outbox.Actor) outbox.Actor {
	if a.Approval != "" {
		return outbox.Actor{Kind: outbox.ByBrowser, ID: a.Approval}
	}
	return service
}
