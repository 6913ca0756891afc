package operators_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var byCommand = outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func passkey(of string, n int) operator.Passkey {
	return operator.Passkey{ID: fmt.Sprintf("pky_%s_%d", of, n), Operator: of, Credential: approval.Credential{ID: fmt.Appendf(nil, "%s %d", of, n), PublicKey: []byte("key")}}
}

func entry(of string, n int) operators.Entry {
	return operators.Entry{Session: fmt.Sprintf("ops_%s_%d", of, n), SecretHash: fmt.Appendf(nil, "secret %s %d", of, n), Challenge: fmt.Appendf(nil, "challenge %s %d", of, n)}
}

// joined is an administrator of all tenants who has a passkey and a session.
func joined(t *testing.T, s *operators.Store, id string) operator.Session {
	t.Helper()
	_, err := s.Invite(t.Context(), operator.Operator{ID: id, Name: id, Role: operator.Administrator}, []byte(id), byCommand)
	must(t, err)
	_, err = s.Join(t.Context(), []byte(id), passkey(id, 0), entry(id, 0))
	must(t, err)
	found, err := s.Session(t.Context(), entry(id, 0).SecretHash)
	must(t, err)
	return found
}

// atOnce does something so often at the same time, and returns how often it succeeded.
func atOnce(n int, do func(i int) error) int {
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if do(i) == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	return int(won.Load())
}

func TestOfManyWhoUseOneLinkAtOnceOneIsLetIn(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		s := &operators.Store{DB: d}
		_, err := s.Invite(t.Context(), operator.Operator{ID: "opr_ada", Name: "Ada", Role: operator.Support}, []byte("code"), byCommand)
		must(t, err)
		won := atOnce(8, func(i int) error {
			_, err := s.Join(t.Context(), []byte("code"), passkey("opr_ada", i), entry("opr_ada", i))
			return err
		})
		have, err := s.Passkeys(t.Context(), "opr_ada")
		must(t, err)
		if won != 1 || len(have) != 1 {
			t.Errorf("%d were let in, %d passkeys", won, len(have))
		}
	})
}

func TestOfAllAdministratorsWhoEndEachOtherAtOnceOneIsLeft(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		s := &operators.Store{DB: d}
		var all []operator.Session
		for i := range 5 {
			all = append(all, joined(t, s, fmt.Sprintf("opr_%d", i)))
		}
		atOnce(len(all), func(i int) error {
			other := all[(i+1)%len(all)].Operator.ID
			if i%2 == 0 {
				return s.End(t.Context(), other, operators.Actor(all[i].Operator))
			}
			return s.SetRole(t.Context(), other, operator.Auditor, operators.Actor(all[i].Operator))
		})
		left := 0
		for _, one := range all {
			o, err := s.Operator(t.Context(), "", one.Operator.ID)
			must(t, err)
			if o.Heads() && o.EndedAt.IsZero() {
				left++
			}
			_, err = s.Session(t.Context(), entry(one.Operator.ID, 0).SecretHash)
			if in := err == nil; in != (o.Heads() && o.EndedAt.IsZero()) || (err != nil && !errors.Is(err, operator.ErrSignedOut)) {
				t.Errorf("%s is signed in: %t, %v", o.ID, in, err)
			}
		}
		if left == 0 {
			t.Error("nobody is left")
		}
	})
}

func TestWhoWasEndedDoesNothingMoreAlsoAtThatMoment(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		s := &operators.Store{DB: d}
		ada, bo := joined(t, s, "opr_ada"), joined(t, s, "opr_bo")
		must(t, s.End(t.Context(), ada.Operator.ID, operators.Actor(bo.Operator)))
		by := operators.Actor(ada.Operator)
		for name, do := range map[string]func(ctx context.Context) error{
			"end":  func(ctx context.Context) error { return s.End(ctx, bo.Operator.ID, by) },
			"role": func(ctx context.Context) error { return s.SetRole(ctx, bo.Operator.ID, operator.Auditor, by) },
			"invite": func(ctx context.Context) error {
				_, err := s.Invite(ctx, operator.Operator{ID: "opr_eve", Name: "Eve", Role: operator.Administrator}, []byte("eve"), by)
				return err
			},
			"passkey": func(ctx context.Context) error { return s.AddPasskey(ctx, passkey("opr_ada", 1), []byte("c")) },
		} {
			if err := do(t.Context()); err == nil {
				t.Errorf("%s: done by somebody who was ended", name)
			}
		}
	})
}

func TestAnAnswerAddsOnePasskeyHoweverManyTry(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		s := &operators.Store{DB: d}
		joined(t, s, "opr_ada")
		if won := atOnce(6, func(i int) error { return s.AddPasskey(t.Context(), passkey("opr_ada", i+1), []byte("one challenge")) }); won != 1 {
			t.Errorf("%d were added", won)
		}
		if won := atOnce(12, func(i int) error {
			return s.AddPasskey(t.Context(), passkey("opr_ada", i+20), fmt.Appendf(nil, "c%d", i))
		}); won != operator.MaxPasskeys-2 {
			t.Errorf("%d more were added", won)
		}
		n := atOnce(30, func(int) error { return s.Try(t.Context(), []byte("source")) })
		if n != operator.MaxAttempts {
			t.Errorf("%d of 30 attempts at once were let through", n)
		}
	})
}
