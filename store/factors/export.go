package factors

import (
	"context"
	"fmt"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// Dossier is all that is kept of how an account confirms beside its phones, without keys and codes.
type Dossier struct {
	Methods       []KeptMethod     `json:"methods"`
	Activations   []KeptActivation `json:"activations"` // under way
	Codes         []KeptCode       `json:"codes"`       // sent of late
	RecoveryCodes KeptRecovery     `json:"recovery_codes"`
	Passkeys      []KeptPasskey    `json:"passkeys"`
	BypassCodes   []KeptBypass     `json:"bypass_codes"`
}

// KeptMethod is a method, active or not.
type KeptMethod struct {
	Method      approval.Method `json:"method"`
	ActiveSince time.Time       `json:"active_since,omitzero"` // zero: is not active
	ActivatedBy string          `json:"activated_by,omitempty"`
	Failures    int             `json:"failures"` // consecutive ones
	PausedUntil time.Time       `json:"paused_until,omitzero"`
	DisabledAt  time.Time       `json:"disabled_at,omitzero"`
	UsedAt      time.Time       `json:"used_at,omitzero"`
}

// KeptActivation is a method that is being activated.
type KeptActivation struct {
	Method    approval.Method `json:"method"`
	Approval  string          `json:"approval,omitempty"`
	Address   string          `json:"address,omitempty"` // number or address, where the person gave one
	Sent      int             `json:"sent"`
	SentAt    time.Time       `json:"sent_at,omitzero"`
	ExpiresAt time.Time       `json:"expires_at"`
}

// KeptCode says that a code was sent.
type KeptCode struct {
	Approval  string          `json:"approval"`
	Method    approval.Method `json:"method"`
	Sent      int             `json:"sent"`
	SentAt    time.Time       `json:"sent_at"`
	ExpiresAt time.Time       `json:"expires_at"`
	UsedAt    time.Time       `json:"used_at,omitzero"`
}

// KeptRecovery says how many recovery codes there were, and when some of them were used.
type KeptRecovery struct {
	Given  int         `json:"given"`
	UsedAt []time.Time `json:"used_at"`
}

// KeptBypass is a code that an operator gave.
type KeptBypass struct {
	ID        string    `json:"id"`
	Reason    string    `json:"reason"`
	Uses      int       `json:"uses"` // left
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

// KeptPasskey is a passkey of a login page.
type KeptPasskey struct {
	ID          string    `json:"id"`
	Application string    `json:"application"`
	RPID        string    `json:"rp_id"`
	Label       string    `json:"label"`
	BackedUp    bool      `json:"backed_up"`
	CreatedAt   time.Time `json:"created_at"`
	UsedAt      time.Time `json:"used_at,omitzero"`
}

// Dossier returns what is kept of an account.
func (s *Store) Dossier(ctx context.Context, a account.Account) (any, error) {
	d := Dossier{Methods: []KeptMethod{}, Activations: []KeptActivation{}, Codes: []KeptCode{}, Passkeys: []KeptPasskey{}, BypassCodes: []KeptBypass{}}
	for _, read := range []func(context.Context, string, *Dossier) error{
		s.addMethods, s.addActivations, s.addCodes, s.addRecoveryCodes, s.addPasskeys, s.addBypassCodes,
	} {
		if err := read(ctx, a.ID, &d); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (s *Store) addMethods(ctx context.Context, accountID string, d *Dossier) error {
	found, err := db.All(ctx, s.Reads(), func(r db.Row) (m KeptMethod, err error) {
		return m, r.Scan(&m.Method, db.Into(&m.ActiveSince), &m.ActivatedBy, &m.Failures, db.Into(&m.PausedUntil), db.Into(&m.DisabledAt), db.Into(&m.UsedAt))
	}, `SELECT method, active_since, activated_by, failures, paused_until, disabled_at, used_at FROM methods WHERE account = $1 ORDER BY method`, accountID)
	d.Methods = append(d.Methods, found...)
	return err
}

func (s *Store) addActivations(ctx context.Context, accountID string, d *Dossier) error {
	type row struct {
		KeptActivation
		sealed []byte
	}
	found, err := db.All(ctx, s.Reads(), func(r db.Row) (a row, err error) {
		return a, r.Scan(&a.Method, &a.Approval, &a.sealed, &a.Sent, db.Into(&a.SentAt), db.Into(&a.ExpiresAt))
	}, `SELECT method, approval, address, sent, sent_at, expires_at FROM activations WHERE account = $1 ORDER BY expires_at, method, approval`, accountID)
	if err != nil {
		return err
	}
	for _, a := range found {
		if a.sealed != nil {
			address, err := s.openFor(accountID, addressPurpose, a.sealed)
			if err != nil {
				return fmt.Errorf("factors: address of an activation: %w", err)
			}
			a.Address = string(address)
		}
		d.Activations = append(d.Activations, a.KeptActivation)
	}
	return nil
}

func (s *Store) addCodes(ctx context.Context, accountID string, d *Dossier) error {
	found, err := db.All(ctx, s.Reads(), func(r db.Row) (c KeptCode, err error) {
		return c, r.Scan(&c.Approval, &c.Method, &c.Sent, db.Into(&c.SentAt), db.Into(&c.ExpiresAt), db.Into(&c.UsedAt))
	}, `SELECT approval, method, sent, sent_at, expires_at, used_at FROM codes WHERE account = $1 ORDER BY sent_at, approval, method`, accountID)
	d.Codes = append(d.Codes, found...)
	return err
}

func (s *Store) addRecoveryCodes(ctx context.Context, accountID string, d *Dossier) error {
	used, err := db.All(ctx, s.Reads(), func(r db.Row) (t time.Time, err error) {
		return t, r.Scan(db.Into(&t))
	}, `SELECT used_at FROM recovery_codes WHERE account = $1 ORDER BY used_at`, accountID)
	d.RecoveryCodes = KeptRecovery{Given: len(used), UsedAt: []time.Time{}}
	for _, at := range used {
		if !at.IsZero() {
			d.RecoveryCodes.UsedAt = append(d.RecoveryCodes.UsedAt, at)
		}
	}
	return err
}

func (s *Store) addPasskeys(ctx context.Context, accountID string, d *Dossier) error {
	found, err := s.Passkeys(ctx, accountID)
	for _, k := range found {
		d.Passkeys = append(d.Passkeys, KeptPasskey(k))
	}
	return err
}

func (s *Store) addBypassCodes(ctx context.Context, accountID string, d *Dossier) error {
	found, err := db.All(ctx, s.Reads(), func(r db.Row) (b KeptBypass, err error) {
		return b, r.Scan(&b.ID, &b.Reason, &b.Uses, db.Into(&b.CreatedAt), db.Into(&b.ExpiresAt))
	}, `SELECT id, reason, uses, created_at, expires_at FROM bypass_codes WHERE account = $1 ORDER BY created_at, id`, accountID)
	d.BypassCodes = append(d.BypassCodes, found...)
	return err
}
