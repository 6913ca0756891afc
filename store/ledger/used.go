package ledger

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"

	"github.com/jawort/jawort/store/db"
)

// Used notes that the newest code of an approval has confirmed it, in the transaction of the outcome and last in it. It gives the code's
// place in the daily windows of its number and account back, once. What it cost stays.
//
// Like Mail it takes no money and so no gate.
func (s *Store) Used(ctx context.Context, tx *sql.Tx, account, approval string) error {
	var tenant string
	var number []byte
	var reserved time.Time
	_, err := db.One(ctx, tx, func(r db.Row) (none struct{}, err error) {
		return none, r.Scan(&tenant, &number, db.Into(&reserved))
	}, `UPDATE ledger_entries SET used_at = jawort_now() WHERE used_at = 0 AND message = (
			SELECT message FROM ledger_entries WHERE account = $1 AND approval = $2 ORDER BY reserved_at DESC, message DESC LIMIT 1)
		RETURNING tenant, number_mac, reserved_at`, account, approval)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	k, err := known(ctx, tx, tenant, "")
	if err != nil {
		return err
	}
	bounds := k.settings.Limits.ReturnedBy(account, hex.EncodeToString(number))
	if len(bounds) == 0 {
		return nil
	}
	w, err := lockWindows(ctx, tx, tenant, bounds)
	if err != nil {
		return err
	}
	for name, row := range w.rows {
		w.rows[name] = row.GiveBack(reserved)
	}
	return w.write(ctx, tx)
}
