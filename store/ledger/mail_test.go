package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
)

func (w *world) mail(application, account, address string) error {
	return w.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
		return w.Mail(ctx, tx, domain.Mailing{Tenant: w.tenant, Application: application, Account: account, Address: address})
	})
}

func TestCodesByEmailAreSlowedPerAddressAccountAndApplication(t *testing.T) {
	onEach(t, func(w *world) {
		s := settings()
		s.Limits.EmailApplication = rate(8, 10*time.Minute)
		w.set(s)
		for name, c := range map[string]struct {
			most int
			to   func(i int) (application, account, address string)
		}{
			"email_account": {5, func(i int) (string, string, string) { return w.app, "acc_1", fmt.Sprintf("anyone.%d@example.org", i) }},
			"email_address": {5, func(i int) (string, string, string) {
				return "app_2", fmt.Sprintf("acc_of_many_%d", i), []string{"victim@example.com", "Victim@Example.com"}[i%2]
			}},
			"email_application": {8, func(i int) (string, string, string) {
				return "app_3", fmt.Sprintf("acc_%d", 9+i), fmt.Sprintf("some.%d@example.org", i)
			}},
		} {
			passed := inParallel(20, func(i int) bool {
				err := w.mail(c.to(i))
				if err != nil && !is(err, domain.ErrTooManyEmails) {
					t.Error(err)
				}
				return err == nil
			})
			wantEqual(w.T, name+": e-mails that passed", passed, c.most)
			err := w.mail(c.to(20))
			wantError(w.T, err, domain.ErrTooManyEmails)
			wantExtra(w.T, err, "limit", name)
			var r *refusal.Error
			if errors.As(err, &r); r.RetryAfter <= 9*time.Minute || r.RetryAfter > 10*time.Minute {
				t.Errorf("%s: it says to wait %v", name, r.RetryAfter)
			}
		}
	})
}

func TestADayHasItsOwnNumberOfCodesByEmail(t *testing.T) {
	onEach(t, func(w *world) {
		sent := 0
		for at := time.Duration(0); at < 23*time.Hour; at += 30 * time.Minute {
			must(w.T, w.SetClockOffset(t.Context(), at))
			if w.mail(w.app, "acc_1", "anna@example.com") == nil {
				sent++
			}
		}
		wantEqual(w.T, "e-mails within a day", sent, 20)
	})
}

func TestCodesByEmailCostNothingAndNoAddressIsKept(t *testing.T) {
	onEach(t, func(w *world) {
		must(w.T, w.mail(w.app, "acc_1", "anna@example.com"))
		wantEqual(w.T, "entries", w.count("ledger_entries"), 0)
		wantEqual(w.T, "windows that show the address", w.count("ledger_windows WHERE bound LIKE '%example%'"), 0)
		must(w.T, w.reserve(w.sms(w.newAccount(w.tenant)))) // SMS have windows of their own
	})
}
