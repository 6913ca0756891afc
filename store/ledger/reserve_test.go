package ledger_test

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/keys"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/ledger"
)

func TestAMessageIsReservedOnceHoweverOftenItIsTried(t *testing.T) {
	onEach(t, func(w *world) {
		r := w.sms(w.newAccount(w.tenant))
		inParallel(8, func(int) bool {
			if err := w.reserve(r); err != nil {
				t.Error(err)
			}
			return true
		})
		must(w.T, w.reserve(r))
		s := settings()
		s.Prices = nil
		w.set(s)
		must(w.T, w.reserve(r)) // it has its price, whatever became of the price book
		wantEqual(w.T, "entries", w.count("ledger_entries"), 1)
		for _, scope := range []struct {
			scope   domain.Scope
			subject string
		}{{domain.ScopeTenant, ""}, {domain.ScopeApplication, w.app}, {domain.ScopeCountry, "DE"}} {
			wantEqual(w.T, "spent by "+string(scope.scope), w.spent(scope.scope, scope.subject, domain.Monthly), 1000)
			wantEqual(w.T, "spent by "+string(scope.scope), w.spent(scope.scope, scope.subject, domain.Quarterly), 1000)
		}
		wantEqual(w.T, "messages counted", int64(w.sum("messages", "ledger_windows WHERE bound LIKE 'account:%'")), 1)
	})
}

func TestWhatIsRefusedLeavesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		r := w.sms(w.newAccount(w.tenant))
		r.Number = "+33612345678"
		wantError(w.T, w.reserve(r), domain.ErrNoPrice)
		r.Number = "no number"
		wantError(w.T, w.reserve(r), domain.ErrNoPrice)
		r.Number = ""
		if err := w.reserve(r); err == nil {
			w.Error("a reservation without a number passed")
		}
		for _, table := range []string{"ledger_entries", "ledger_pots", "ledger_windows"} {
			wantEqual(w.T, "rows of "+table, w.count(table), 0)
		}
	})
}

func TestATenantWithoutSettingsSendsNothing(t *testing.T) {
	onEach(t, func(w *world) {
		other := w.newTenant()
		r := w.sms(w.newAccount(other))
		r.Tenant, r.Application = other, w.newApplication(other)
		wantError(w.T, w.reserve(r), domain.ErrNoPrice)
	})
}

func TestAPriceOfZeroIsAPrice(t *testing.T) {
	onEach(t, func(w *world) {
		r := w.sms(w.newAccount(w.tenant))
		r.Number = "+41811234567"
		w.sent(r)
		wantEqual(w.T, "amount", w.sum("price", "ledger_entries WHERE state = 'settled'"), 0)
		wantEqual(w.T, "messages", w.count("ledger_entries WHERE state = 'settled'"), 1)
	})
}

func TestAnAccountOrPayerOfAnotherTenantIsUnknown(t *testing.T) {
	onEach(t, func(w *world) {
		own, foreign := w.newAccount(w.tenant), w.newAccount(w.newTenant())
		for name, change := range map[string]func(r *domain.Reservation){
			"payer": func(r *domain.Reservation) { r.Payer = foreign }, "account": func(r *domain.Reservation) { r.Account = foreign },
			"both": func(r *domain.Reservation) { r.Account, r.Payer = foreign, foreign }, "nobody": func(r *domain.Reservation) { r.Payer = "acc_none" },
		} {
			r := w.sms(own)
			change(&r)
			if err := w.reserve(r); !is(err, account.ErrUnknownAccount) {
				w.Errorf("%s: %v", name, err)
			}
		}
		wantEqual(w.T, "entries", w.count("ledger_entries"), 0)
	})
}

func TestANumberIsKeptAsAKeyedHashOnly(t *testing.T) {
	onEach(t, func(w *world) {
		mac := func(r domain.Reservation, s *ledger.Store) string {
			must(w.T, s.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return s.Reserve(ctx, tx, r) }))
			b, err := db.One(t.Context(), s.Reads(), db.ScanBytes, `SELECT number_mac FROM ledger_entries WHERE message = $1`, r.Message)
			must(w.T, err)
			if len(b) < 32 {
				w.Fatalf("the hash has %d bytes", len(b))
			}
			return hex.EncodeToString(b)
		}
		own := w.newAccount(w.tenant)
		first, second, elsewhere := w.sms(own), w.sms(own), w.sms(own)
		second.Number, elsewhere.Number = first.Number, first.Number
		kept := mac(first, w.Store)
		wantEqual(w.T, "the hash of the same number", mac(second, w.Store), kept)
		set, err := keys.Generate()
		must(w.T, err)
		if mac(elsewhere, &ledger.Store{DB: w.DB, Keys: set}) == kept {
			w.Error("another key gives the same hash")
		}
		neighbour := w.newTenant()
		_, err = w.PutSettings(t.Context(), neighbour, settings(), actor)
		must(w.T, err)
		foreign := w.sms(w.newAccount(neighbour))
		foreign.Tenant, foreign.Application, foreign.Number = neighbour, w.newApplication(neighbour), first.Number
		if mac(foreign, w.Store) == kept {
			w.Error("another tenant gets the same hash")
		}
		for _, text := range []string{
			"ledger_entries WHERE prefix LIKE $1 OR country LIKE $1", "ledger_windows WHERE bound LIKE $1", "ledger_pots WHERE pot LIKE $1",
			"outbox WHERE data LIKE $1 OR subject LIKE $1",
		} {
			wantEqual(w.T, "places with the number in "+text, w.count(text, "%"+first.Number[1:]+"%"), 0)
		}
	})
}

func TestErasureForgetsTheNumberAndKeepsTheBill(t *testing.T) {
	onEach(t, func(w *world) {
		own, other := w.newAccount(w.tenant), w.newAccount(w.tenant)
		w.sent(w.sms(own))
		w.sent(w.sms(other))
		must(w.T, w.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return w.Erase(ctx, tx, own) }))
		wantEqual(w.T, "numbers left", w.count("ledger_entries WHERE number_mac IS NOT NULL AND prefix <> ''"), 1)
		wantEqual(w.T, "amount", w.sum("price", "ledger_entries WHERE state = 'settled'"), 2000)
	})
}

// A code to a helper's number is about the customer; the number is the helper's.
func TestTheNumberOfAHelperIsForgottenAndToldWithTheHelper(t *testing.T) {
	onEach(t, func(w *world) {
		customer, helper := w.newAccount(w.tenant), w.newAccount(w.tenant)
		r := w.sms(customer)
		r.Recipient = helper
		w.sent(r)
		erase := func(of string) {
			must(w.T, w.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return w.Erase(ctx, tx, of) }))
		}
		erase(customer)
		wantEqual(w.T, "numbers left after the customer was erased", w.count("ledger_entries WHERE number_mac IS NOT NULL AND prefix <> ''"), 1)
		for of, received := range map[string]bool{customer: false, helper: true} {
			told, err := w.Dossier(t.Context(), account.Account{ID: of})
			must(w.T, err)
			kept := told.([]ledger.Kept)
			if len(kept) != 1 || kept[0].Received != received || (kept[0].Prefix != "") != received || kept[0].Paid == received {
				w.Errorf("received %v: told %+v", received, kept)
			}
		}
		erase(helper)
		wantEqual(w.T, "numbers left", w.count("ledger_entries WHERE number_mac IS NOT NULL OR prefix <> ''"), 0)
	})
}

func TestARefusalOfTheLedgerRollsTheCallersTransactionBack(t *testing.T) {
	onEach(t, func(w *world) {
		w.budget(domain.Budget{Scope: domain.ScopeTenant, Cycle: domain.Monthly, Limit: 1000})
		own := w.newAccount(w.tenant)
		w.sent(w.sms(own))
		refused := w.sms(own)
		err := w.reserve(refused)
		wantError(w.T, err, domain.ErrBudgetSpent)
		wantExtra(w.T, err, "budget", "tenant")
		if strings.Contains(fmt.Sprintf("%v %+v", err, err), refused.Number[4:]) {
			w.Errorf("the number is in %v", err)
		}
		wantEqual(w.T, "entries", w.count("ledger_entries"), 1)
		wantEqual(w.T, "spent", w.spent(domain.ScopeTenant, "", domain.Monthly), 1000)
	})
}

func TestWithoutItsKeysTheLedgerReservesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		w.Keys = noKeys{}
		if err := w.reserve(w.sms(w.newAccount(w.tenant))); !is(err, errNoKeys) {
			w.Errorf("error is %v", err)
		}
		wantEqual(w.T, "entries", w.count("ledger_entries"), 0)
	})
}

var errNoKeys = errors.New("no keys")

type noKeys struct{}

func (noKeys) MAC(string, []byte) ([]byte, error) { return nil, errNoKeys }
