package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/outbox"
)

// ErrMeanwhile says that somebody else has changed the settings that were to be replaced, so that they stay.
var ErrMeanwhile = errors.New("ledger: the settings were changed meanwhile")

// SettingsSeen is Settings for whoever will change them, with what tells their state from others.
func (s *Store) SettingsSeen(ctx context.Context, tenant string) (settings ledger.Settings, seen string, err error) {
	text, err := settingsText(ctx, s.Reads(), tenant)
	if err != nil {
		return ledger.Settings{}, "", err
	}
	settings, _, err = decodeSettings(ctx, s.Reads(), tenant, text)
	return settings, fingerprint(text), err
}

// ReplaceSettings is PutSettings for whoever has seen the settings in a state: nobody undoes what another has changed since.
func (s *Store) ReplaceSettings(ctx context.Context, tenant, seen string, settings ledger.Settings, by outbox.Actor) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		old, err := settingsText(ctx, tx, tenant)
		if err != nil {
			return err
		}
		if fingerprint(old) != seen {
			return ErrMeanwhile
		}
		changed, err := put(ctx, tx, tenant, settings, sql.Null[string]{V: old, Valid: true}, by)
		if err != nil || changed {
			return err
		}
		now, err := settingsText(ctx, tx, tenant)
		if err == nil && now != old { // between reading and writing
			err = ErrMeanwhile
		}
		return err
	})
}

func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
