package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// Installation returns a copy of the app, or db.ErrNotFound.
func (s *Store) Installation(ctx context.Context, id string) (account.Installation, error) {
	return s.installationBy(ctx, "id", id)
}

// InstallationOfKey returns the copy of the app that enrolled with a DPoP key, or db.ErrNotFound.
func (s *Store) InstallationOfKey(ctx context.Context, thumbprint string) (account.Installation, error) {
	return s.installationBy(ctx, "thumbprint", thumbprint)
}

func (s *Store) installationBy(ctx context.Context, column, value string) (account.Installation, error) {
	return db.One(ctx, s.Reads(), func(r db.Row) (i account.Installation, err error) {
		p := &i.Posture
		err = r.Scan(&i.ID, &i.Thumbprint, &p.Platform, &p.OSVersion, &p.Model, &p.Language, &p.ScreenLock, &p.Notifications,
			&i.HasAddress, &i.AddressVersion, db.Into(&i.CreatedAt))
		return i, err
	}, `
		SELECT id, thumbprint, platform, os_version, model, language, screen_lock, notifications,
			address IS NOT NULL, address_version, created_at
		FROM installations WHERE `+column+` = $1`, value)
}

// UpdatePosture keeps what an installation says about its phone.
func (s *Store) UpdatePosture(ctx context.Context, installation string, p account.Posture) error {
	return db.MustTouch(ctx, s.Writes(), db.ErrNotFound, `
		UPDATE installations SET platform = $2, os_version = $3, model = $4, language = $5, screen_lock = $6, notifications = $7
		WHERE id = $1`, installation, p.Platform, p.OSVersion, p.Model, p.Language, p.ScreenLock, p.Notifications)
}

// PutAddress keeps where an installation is woken, sealed; nil removes it.
func (s *Store) PutAddress(ctx context.Context, installation string, sealed []byte) error {
	return putAddress(ctx, s.Writes(), installation, sealed)
}

func putAddress(ctx context.Context, q db.Querier, installation string, sealed []byte) error {
	return db.MustTouch(ctx, q, db.ErrNotFound, `
		UPDATE installations SET address = $2, address_version = address_version + 1, address_at = jawort_now()
		WHERE id = $1`, installation, sealed)
}

// RetireAddress removes an address that a provider called dead, where it is still the one of that version and, where
// the provider said when it died, was stored before. It reports whether it did.
func (s *Store) RetireAddress(ctx context.Context, installation string, version int64, provedDeadAt time.Time) (bool, error) {
	n, err := db.Exec(ctx, s.Writes(), `
		UPDATE installations SET address = NULL, address_version = address_version + 1, address_at = jawort_now()
		WHERE id = $1 AND address_version = $2 AND address IS NOT NULL AND (CAST($3 AS BIGINT) = 0 OR address_at < $3)`,
		installation, version, db.Micros(provedDeadAt))
	return n == 1, err
}
