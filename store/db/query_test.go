package db_test

import (
	"errors"
	"testing"

	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
)

func TestOneIsInAListWhereItIsAmongItsValuesAndInNoneThatIsEmpty(t *testing.T) {
	dbtest.OnEach(t, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			values []string
			want   int
		}{
			"no values": {nil, 0},
			"itself":    {[]string{"a"}, 1},
			"others":    {[]string{"b", "c", "d"}, 0},
			"the last":  {[]string{"b", "c", "a"}, 1},
		} {
			in, args := db.In(2, c.values)
			n, err := db.One(t.Context(), d.Reads(), db.ScanInt, `SELECT COUNT(*) FROM (SELECT CAST($1 AS TEXT) AS one) AS ones WHERE one IN (`+in+`)`, append([]any{"a"}, args...)...)
			if err != nil || n != c.want {
				t.Errorf("%s: %d, %v", name, n, err)
			}
		}
	})
}

func TestWhatIsNoTextIsRefusedAndNoFaultOfOurs(t *testing.T) {
	type kind string
	dbtest.OnEach(t, func(t *testing.T, d *db.DB) {
		for _, odd := range []any{"\x00", "a\xff", kind("\x00")} {
			_, err := db.All(t.Context(), d.Reads(), db.ScanString, `SELECT CAST($1 AS TEXT)`, odd)
			var refused *refusal.Error
			if !errors.As(err, &refused) || refused.Class != refusal.NotFound || !errors.Is(err, db.ErrNotFound) {
				t.Errorf("%q: %v", odd, err)
			}
		}
	})
}
