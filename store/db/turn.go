package db

import (
	"context"
	"database/sql"
)

// InTurn has whoever names the same thing wait until this transaction is over. It is for what several tables may not have at once, which no key of theirs can say. All
// insert the same row and delete it again, so that nothing of it is kept.
func InTurn(ctx context.Context, tx *sql.Tx, thing []byte) error {
	if _, err := Exec(ctx, tx, `INSERT INTO turns (thing) VALUES ($1)`, thing); err != nil {
		return err
	}
	_, err := Exec(ctx, tx, `DELETE FROM turns WHERE thing = $1`, thing)
	return err
}
