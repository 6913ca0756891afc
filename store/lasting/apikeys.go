package lasting

import (
	"context"
	"database/sql"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

const keyColumns = `k.id, k.application, k.scopes, k.hash, k.created_at, k.used_at, k.revoked_at`

// CreateKey is CreateKeyBy on the command line.
func (s *Store) CreateKey(ctx context.Context, k account.Key) error {
	return s.CreateKeyBy(ctx, "", k, byCommand)
}

// CreateKeyBy adds an API key to an active application of an active tenant. db.ErrNotFound: there is none; the empty tenant is any.
func (s *Store) CreateKeyBy(ctx context.Context, tenant string, k account.Key, by outbox.Actor) error {
	scopes := make([]string, len(k.Scopes))
	for i, scope := range k.Scopes {
		scopes[i] = string(scope)
	}
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		err := db.MustTouch(ctx, tx, db.ErrNotFound, `
			INSERT INTO api_keys (id, application, scopes, hash, created_at)
			SELECT $1, p.id, $3, $4, jawort_now() FROM applications p JOIN tenants t ON t.id = p.tenant
			WHERE p.id = $2 AND p.revoked_at = 0 AND t.revoked_at = 0 AND ($5 = '' OR t.id = $5)`,
			k.ID, k.Application, strings.Join(scopes, ","), k.Hash, tenant)
		if err != nil {
			return err
		}
		return putBy(ctx, tx, KeyCreated, k.Application, k.ID, by, map[string]any{"scopes": scopes})
	})
}

// Keys returns the keys of an application, also the revoked ones, oldest first.
func (s *Store) Keys(ctx context.Context, application string) ([]account.Key, error) {
	return db.All(ctx, s.Reads(), scanKey, `SELECT `+keyColumns+` FROM api_keys k WHERE k.application = $1 ORDER BY k.created_at, k.id`, application)
}

// NewestKeys returns a page of the keys of an application, also of revoked ones.
func (s *Store) NewestKeys(ctx context.Context, application string, b Before) ([]account.Key, error) {
	return db.All(ctx, s.Reads(), scanKey, `SELECT `+keyColumns+` FROM api_keys k WHERE k.application = $1`+before(`k.created_at`, `k.id`), b.args(application)...)
}

// RevokeKey is RevokeKeyBy on the command line, whose application it is.
func (s *Store) RevokeKey(ctx context.Context, id string) error {
	return s.RevokeKeyBy(ctx, "", id, byCommand)
}

// RevokeKeyBy ends a key. Repeating it changes nothing. db.ErrNotFound: it is none of the application's; the empty application is any.
func (s *Store) RevokeKeyBy(ctx context.Context, application, id string, by outbox.Actor) error {
	return s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		of, first, err := endRow(ctx, tx, `api_keys`, `application`, id)
		if err != nil {
			return err
		}
		if application != "" && of != application {
			return db.ErrNotFound // and the transaction is undone
		}
		if !first {
			return nil
		}
		return putBy(ctx, tx, KeyRevoked, of, id, by, nil)
	})
}

// KeyByHash returns an active key of an active application of an active tenant, with that application.
func (s *Store) KeyByHash(ctx context.Context, hash []byte) (account.Key, account.Application, error) {
	var a account.Application
	k, err := db.One(ctx, s.Reads(), func(r db.Row) (account.Key, error) {
		var k keyRow
		err := scanApplicationBehind(r, &a, append(k.dest(), &k.Unnoted)...)
		return k.key(), err
	}, `
		SELECT `+keyColumns+`, k.used_at < jawort_now() - $2, `+applicationColumns+`
		FROM api_keys k JOIN applications p ON p.id = k.application JOIN tenants t ON t.id = p.tenant
		WHERE k.hash = $1 AND k.revoked_at = 0 AND p.revoked_at = 0 AND t.revoked_at = 0`, hash, account.KeyUse.Microseconds())
	return k, a, err
}

// KeyUsed notes that an active key was used just now, where the last use is not noted within account.KeyUse. So of those who note at the same time one writes.
func (s *Store) KeyUsed(ctx context.Context, id string) error {
	_, err := db.Exec(ctx, s.Writes(), `UPDATE api_keys SET used_at = jawort_now() WHERE id = $1 AND revoked_at = 0 AND used_at < jawort_now() - $2`,
		id, account.KeyUse.Microseconds())
	return err
}

// keyRow is a key as it is scanned.
type keyRow struct {
	account.Key
	scopes string
}

func scanKey(r db.Row) (account.Key, error) {
	var k keyRow
	err := r.Scan(k.dest()...)
	return k.key(), err
}

func (k *keyRow) dest() []any {
	return []any{&k.ID, &k.Application, &k.scopes, &k.Hash, db.Into(&k.CreatedAt), db.Into(&k.UsedAt), db.Into(&k.RevokedAt)}
}

func (k *keyRow) key() account.Key {
	for scope := range strings.SplitSeq(k.scopes, ",") {
		if scope != "" {
			k.Scopes = append(k.Scopes, account.Scope(scope))
		}
	}
	return k.Key
}
