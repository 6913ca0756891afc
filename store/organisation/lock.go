package organisation

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/db"
)

// lock makes those wait who change what the sources are about.
func (s *Store) lock(ctx context.Context, tx *sql.Tx, sources []organisation.Source) error {
	var tenants []string
	within := true
	for _, source := range sources {
		wanted := source.Wants()
		tenants, within = append(tenants, wanted.Tenants...), within && wanted.Within
	}
	if !within {
		if err := lockNames(ctx, tx); err != nil {
			return err
		}
	}
	found, err := s.tenants(ctx, tx, tenants)
	if err != nil {
		return err
	}
	for _, t := range found { // always in one order, or two who come for the same ones would wait for each other
		if err := lockTenant(ctx, tx, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// lockNames makes whoever makes, renames or looks for tenants by their names wait.
func lockNames(ctx context.Context, tx *sql.Tx) error {
	return db.MustTouch(ctx, tx, errors.New("organisation: the row to lock is gone"), `UPDATE organisation_lock SET one = TRUE`)
}

// lockTenant makes whoever changes how the tenant is set up, or its accounts by the thousand, wait. Whether it is there its plan says.
func lockTenant(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := db.Exec(ctx, tx, `UPDATE tenants SET name = name WHERE id = $1`, id)
	return err
}
