package factors

import (
	"context"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// PasskeyState is how a passkey of an account stands.
type PasskeyState struct {
	ID          string
	Application string // on whose page it was made
	RPID        string // under which it can be used
	Label       string // as its person calls it, or browser and system in which it was made; empty: unknown
	BackedUp    bool   // it exists in more places than one
	CreatedAt   time.Time
	UsedAt      time.Time // zero: never
}

// Passkeys returns those of an account, the oldest first.
func (s *Store) Passkeys(ctx context.Context, accountID string) ([]PasskeyState, error) {
	return db.All(ctx, s.Reads(), func(r db.Row) (k PasskeyState, err error) {
		return k, r.Scan(&k.ID, &k.Application, &k.RPID, &k.Label, &k.BackedUp, db.Into(&k.CreatedAt), db.Into(&k.UsedAt))
	}, `SELECT id, application, rp_id, label, backed_up, created_at, used_at FROM passkeys WHERE account = $1 ORDER BY created_at, id`, accountID)
}

// credentialsOf returns the ids of an account's credentials under an RP ID.
func credentialsOf(ctx context.Context, q db.Querier, accountID, rpID string) ([][]byte, error) {
	return db.All(ctx, q, db.ScanBytes, `SELECT credential FROM passkeys WHERE account = $1 AND rp_id = $2 ORDER BY created_at, id`, accountID, rpID)
}

// passkeyBy returns the passkey with a credential, where it is the account's and belongs to the RP ID; db.ErrNotFound.
func passkeyBy(ctx context.Context, q db.Querier, accountID, rpID string, credential []byte) (approval.Passkey, error) {
	return db.One(ctx, q, func(r db.Row) (k approval.Passkey, err error) {
		c := &k.Credential
		return k, r.Scan(&k.ID, &c.ID, &k.RPID, &k.Label, &c.PublicKey, &c.SignCount, &c.BackupEligible, &k.BackedUp, &c.AAGUID, &c.Attestation,
			db.Into(&c.EnrolledAt))
	}, `SELECT id, credential, rp_id, label, public_key, sign_count, backup_eligible, backed_up, aaguid, attestation, created_at
		FROM passkeys WHERE credential = $1 AND account = $2 AND rp_id = $3`, credential, accountID, rpID)
}
