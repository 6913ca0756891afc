package db_test

import (
	"testing"

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
