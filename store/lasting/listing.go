package lasting

import (
	"context"
	"fmt"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

// Named chooses a page of a list that is in the order of names.
type Named struct {
	Begins  string // how the names begin, whatever the case; empty: anyhow
	After   string // the name that the page before ended with; empty: there was none
	AfterID string // and its id
	Limit   int
}

// named ends a query whose $1 is whose list it is, for a table that it calls so. Both sides are folded by the database, which may know fewer letters than we do.
func named(table string) string {
	return fmt.Sprintf(` AND lower(%[1]s.name) LIKE lower($2) ESCAPE '\' AND (%[1]s.name, %[1]s.id) > ($3, $4) ORDER BY %[1]s.name, %[1]s.id LIMIT $5`, table)
}

func (n Named) args(whose string) []any {
	return []any{whose, wildcards.Replace(n.Begins) + `%`, n.After, n.AfterID, n.Limit}
}

// TenantsByName returns a page of the tenants, also of revoked ones.
func (s *Store) TenantsByName(ctx context.Context, n Named) ([]account.Tenant, error) {
	return db.All(ctx, s.Reads(), scanTenant, `SELECT `+tenantColumns+` FROM tenants WHERE $1 = ''`+named(`tenants`), n.args("")...)
}

// ApplicationsByName returns a page of the applications of a tenant, also of revoked ones.
func (s *Store) ApplicationsByName(ctx context.Context, tenant string, n Named) ([]account.Application, error) {
	return db.All(ctx, s.Reads(), scanApplication,
		`SELECT `+applicationColumns+` FROM applications p JOIN tenants t ON t.id = p.tenant WHERE p.tenant = $1`+named(`p`), n.args(tenant)...)
}

// GroupsByName returns a page of the groups of a tenant.
func (s *Store) GroupsByName(ctx context.Context, tenant string, n Named) ([]account.Group, error) {
	return db.All(ctx, s.Reads(), scanGroup, `SELECT `+groupColumns+` FROM groups WHERE tenant = $1`+named(`groups`), n.args(tenant)...)
}

// Before chooses a page of a list that begins with what is newest.
type Before struct {
	At    time.Time // of what the page before ended with; zero: there was none
	ID    string    // and its id
	Limit int
}

// before ends a query whose $1 is whose list it is, by the columns of time and id.
func before(at, id string) string {
	return fmt.Sprintf(` AND (CAST($2 AS BIGINT) = 0 OR (%[1]s, %[2]s) < ($2, $3)) ORDER BY %[1]s DESC, %[2]s DESC LIMIT $4`, at, id)
}

func (b Before) args(whose string, more ...any) []any {
	return append([]any{whose, db.Micros(b.At), b.ID, b.Limit}, more...)
}
