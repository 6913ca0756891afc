package sealed_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/sealed"
	"github.com/jawort/jawort/store/webhooks"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// world is a table of sealed secrets, and the key set before and after an exchange.
type world struct {
	*testing.T
	db            *db.DB
	before, after *keys.Set
	old           keys.Key
}

func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		w := &world{T: t, db: d}
		var err error
		w.before, err = keys.Generate()
		w.must(err)
		w.old = w.before.Keys()[0]
		added, fresh, err := w.before.Add(keys.Sealing)
		w.must(err)
		w.after, err = added.Promote(fresh, fresh.WroteUntil)
		w.must(err)
		test(w)
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) store(k sealed.Keys) *sealed.Store {
	return &sealed.Store{DB: w.db, Keys: k, Columns: webhooks.Sealed}
}

// put keeps a secret, sealed by a set.
func (w *world) put(k *keys.Set, endpoint string, number int, purpose string) []byte {
	w.Helper()
	b, err := k.Seal([]byte(fmt.Sprint(endpoint, number)), purpose)
	w.must(err)
	_, err = db.Exec(w.Context(), w.db.Writes(), `INSERT INTO webhook_secrets (endpoint, number, sealed) VALUES ($1, $2, $3)`, endpoint, number, b)
	w.must(err)
	return b
}

func (w *world) kept(endpoint string, number int) []byte {
	w.Helper()
	b, err := db.One(w.Context(), w.db.Reads(), db.ScanBytes, `SELECT sealed FROM webhook_secrets WHERE endpoint = $1 AND number = $2`, endpoint, number)
	w.must(err)
	return b
}

func (w *world) left(want int64) {
	w.Helper()
	if n, err := w.store(w.after).Left(w.Context(), w.old.SealPrefix()); err != nil || n != want {
		w.Fatalf("%d are left, %v; want %d", n, err, want)
	}
}

func TestWhatAnEarlierKeySealedIsSealedAnewAndOpensWithoutIt(t *testing.T) {
	onEach(t, func(w *world) {
		const many = 1100 // more than twice what is read at once
		for n := range many {
			w.put(w.before, "whe_a", n, keys.WebhookSecret)
		}
		fresh := w.put(w.after, "whe_b", 1, keys.WebhookSecret)
		w.left(many)
		done, err := w.store(w.after).Reseal(w.Context(), func(string, int) {})
		w.must(err)
		if done != many {
			w.Errorf("%d were sealed anew", done)
		}
		w.left(0)
		if string(w.kept("whe_b", 1)) != string(fresh) {
			w.Error("what the key sealed that seals now was sealed again")
		}
		without, err := w.after.Drop(w.find(w.after))
		w.must(err)
		for _, n := range []int{0, many - 1} {
			if plain, err := without.Open(w.kept("whe_a", n), keys.WebhookSecret); err != nil || string(plain) != fmt.Sprint("whe_a", n) {
				w.Errorf("secret %d is %q, %v", n, plain, err)
			}
		}
		if done, err = w.store(w.after).Reseal(w.Context(), func(string, int) {}); err != nil || done != 0 {
			w.Errorf("a second time: %d, %v", done, err)
		}
	})
}

func (w *world) find(s *keys.Set) keys.Key {
	w.Helper()
	k, err := s.Find(w.old.ID)
	w.must(err)
	return k
}

func TestAValueThatCannotBeOpenedStaysAndIsToldOnceAllOthersAreDone(t *testing.T) {
	onEach(t, func(w *world) {
		foreign := w.put(w.before, "whe_a", 1, "another purpose")
		w.put(w.before, "whe_b", 1, keys.WebhookSecret)
		done, err := w.store(w.after).Reseal(w.Context(), func(string, int) {})
		if done != 1 || !errors.Is(err, sealed.ErrForeign) || !strings.Contains(err.Error(), "1 values of webhook_secrets.sealed, the first at [whe_a 1]") {
			w.Errorf("resealing: %d, %v", done, err)
		}
		if string(w.kept("whe_a", 1)) != string(foreign) {
			w.Error("the value changed")
		}
	})
}

// late changes a value after it was opened and before it is put back.
type late struct {
	*keys.Set
	change func()
}

func (l late) Seal(plain []byte, purpose string) ([]byte, error) {
	l.change()
	return l.Set.Seal(plain, purpose)
}

func TestAValueThatChangesMeanwhileIsNotOverwritten(t *testing.T) {
	onEach(t, func(w *world) {
		w.put(w.before, "whe_a", 1, keys.WebhookSecret)
		newer, err := w.after.Seal([]byte("newer"), keys.WebhookSecret)
		w.must(err)
		change := func() {
			_, err := db.Exec(w.Context(), w.db.Writes(), `UPDATE webhook_secrets SET sealed = $1`, newer)
			w.must(err)
		}
		_, err = w.store(late{w.after, change}).Reseal(w.Context(), func(string, int) {})
		w.must(err)
		if string(w.kept("whe_a", 1)) != string(newer) {
			w.Error("the newer value was lost")
		}
	})
}

func TestACheckTellsWhatTheKeysOpenAndWhatNot(t *testing.T) {
	onEach(t, func(w *world) {
		w.put(w.before, "whe_a", 1, keys.WebhookSecret)
		w.put(w.after, "whe_a", 2, keys.WebhookSecret)
		w.put(w.after, "whe_a", 3, keys.WebhookSecret)
		others, err := keys.Generate()
		w.must(err)
		for name, c := range map[string]struct {
			keys *keys.Set
			want sealed.Check
		}{
			"the key file":               {w.after, sealed.Check{Opened: 3}},
			"the one before an exchange": {w.before, sealed.Check{Opened: 1, Foreign: 2}},
			"another one":                {others, sealed.Check{Foreign: 3}},
		} {
			if got, err := w.store(c.keys).Check(w.Context()); err != nil || got != c.want {
				w.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	})
}
