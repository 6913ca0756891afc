package lasting

import (
	"context"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/db"
)

// KeptNotice is what a phone was told about the account.
type KeptNotice struct {
	ID       string
	Device   string
	Occasion courier.Occasion
	Fact     string // what the text said beside; a number or an address masked
	At       time.Time
	ReadAt   time.Time // zero: not yet
}

func (s *Store) addNotices(ctx context.Context, d *Dossier) (err error) {
	d.Notices, err = db.All(ctx, s.Reads(), func(r db.Row) (n KeptNotice, err error) {
		return n, r.Scan(&n.ID, &n.Device, &n.Occasion, &n.Fact, db.Into(&n.At), db.Into(&n.ReadAt))
	}, `SELECT id, device, occasion, fact, at, read_at FROM notices WHERE account = $1 ORDER BY at, id, device`, d.Entry.ID)
	return err
}
