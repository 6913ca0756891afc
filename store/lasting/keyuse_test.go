package lasting_test

import (
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
)

// key makes one of the world's application.
func (w *world) key() account.Key {
	w.t.Helper()
	k := account.Key{ID: newID(w.t, id.Key), Application: w.app.ID, Scopes: []account.Scope{account.ScopeLogin}}
	k.Hash = account.HashSecret(k.ID)
	must(w.t, w.s.CreateKey(w.t.Context(), k))
	return k
}

// found is the key as a request finds it.
func (w *world) found(k account.Key) account.Key {
	w.t.Helper()
	found, _, err := w.s.KeyByHash(w.t.Context(), k.Hash)
	must(w.t, err)
	return found
}

func TestTheLastUseOfAKeyIsNotedOnceAnHourByTheClockOfTheDatabase(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		k, other := w.key(), w.key()
		if f := w.found(k); !f.UsedAt.IsZero() || !f.Unnoted {
			t.Errorf("before its first use it is %+v", f)
		}
		must(t, s.KeyUsed(t.Context(), k.ID))
		first := w.found(k)
		if first.UsedAt.IsZero() || first.Unnoted {
			t.Errorf("used, it is %+v", first)
		}
		w.after(account.KeyUse - time.Minute)
		must(t, s.KeyUsed(t.Context(), k.ID))
		if f := w.found(k); !f.UsedAt.Equal(first.UsedAt) || f.Unnoted {
			t.Errorf("used again within the hour it is %+v", f)
		}
		w.after(account.KeyUse + time.Minute)
		if !w.found(k).Unnoted {
			t.Error("an hour later its use is as if noted")
		}
		must(t, s.KeyUsed(t.Context(), k.ID))
		if later := w.found(k).UsedAt.Sub(first.UsedAt); later < account.KeyUse {
			t.Errorf("the next use is noted %s after the first", later)
		}
		keys, err := s.Keys(t.Context(), w.app.ID)
		must(t, err)
		for _, listed := range keys {
			if (listed.ID == other.ID) != listed.UsedAt.IsZero() {
				t.Errorf("listed is %+v", listed)
			}
		}
	})
}

func TestARevokedKeyIsNotNotedAsUsed(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		k := w.key()
		must(t, s.RevokeKey(t.Context(), k.ID))
		must(t, s.KeyUsed(t.Context(), k.ID))
		keys, err := s.Keys(t.Context(), w.app.ID)
		must(t, err)
		if !keys[0].UsedAt.IsZero() {
			t.Errorf("it is %+v", keys[0])
		}
	})
}

func TestOfManyWhoNoteTheSameUseAtOnceOneWrites(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		k := w.key()
		must(t, s.SQL(t.Context(), `CREATE TABLE written (key TEXT NOT NULL)`))
		for _, statement := range tellWrites(s) {
			must(t, s.SQL(t.Context(), statement))
		}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := s.KeyUsed(t.Context(), k.ID); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if f := w.found(k); f.UsedAt.IsZero() || f.Unnoted {
			t.Errorf("it is %+v", f)
		}
		n, err := db.One(t.Context(), s.Reads(), db.ScanInt, `SELECT COUNT(*) FROM written`)
		must(t, err)
		wantEqual(t, "number of writes", n, 1)
	})
}

// tellWrites are the statements that have each write to a key told in the table written.
func tellWrites(s *lasting.Store) []string {
	if s.ForUpdate() == "" {
		return []string{`CREATE TRIGGER tell AFTER UPDATE ON api_keys BEGIN INSERT INTO written VALUES (new.id); END`}
	}
	return []string{
		`CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO written VALUES (new.id); RETURN new; END'`,
		`CREATE TRIGGER tell AFTER UPDATE ON api_keys FOR EACH ROW EXECUTE FUNCTION tell()`,
	}
}
