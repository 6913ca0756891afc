package notice_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/notice"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

const (
	bySMS      = "sms " + number
	byOldSMS   = bySMS
	byEmail    = "email " + address
	byOldEmail = byEmail
)

func TestANewDeviceIsAnnouncedOnEveryChannelWithItsKindAndWhereToTurn(t *testing.T) {
	inMemory(t, func(w *world) {
		w.happen("device.enrolled", map[string]any{"platform": "ios", "authority": "first"})
		w.follow()
		w.want(map[string]string{bySMS: "iPhone oder iPad", byEmail: "Hilfe: Servicezentrum 069 900"})
	})
}

func TestTheChannelByWhichABindingWasProvenIsLeftOut(t *testing.T) {
	inMemory(t, func(w *world) {
		w.happen("device.enrolled", map[string]any{"platform": "web", "proof": "sms"})
		w.follow()
		w.want(map[string]string{byEmail: "Browser"})
		w.forgetEvents()
		w.happen("method.activated", map[string]any{"method": "email"})
		w.follow()
		w.want(map[string]string{bySMS: "Code per E-Mail"})
	})
}

func TestANewMethodIsAnnounced(t *testing.T) {
	inMemory(t, func(w *world) {
		w.happen("method.activated", map[string]any{"method": "totp"})
		w.follow()
		w.want(map[string]string{bySMS: "Authenticator-App", byEmail: "Authenticator-App"})
		w.forgetEvents()
		w.happen("recovery.renewed", map[string]any{"method": "recovery"})
		w.follow()
		w.want(map[string]string{bySMS: "Wiederherstellungscodes", byEmail: "Wiederherstellungscodes"})
	})
}

func TestAChangedNumberIsAnnouncedToTheOldOneAndByEmail(t *testing.T) {
	onEach(t, func(w *world) {
		w.change(account.Edit{Phone: account.Set(newNumber)})
		w.follow()
		w.want(map[string]string{byOldSMS: "+49 *** **99", byEmail: "+49 ••• ••99"})
	})
}

func TestAChangedAddressIsAnnouncedToTheOldOneAndBySMS(t *testing.T) {
	inMemory(t, func(w *world) {
		w.change(account.Edit{Email: account.Set(newAddress)})
		w.follow()
		w.want(map[string]string{byOldEmail: "e•••@example.org", bySMS: "E-Mail-Adresse"})
	})
}

func TestWhoeverTakesOverNumberAndAddressAtOnceCannotKeepTheOldOnesFromBeingTold(t *testing.T) {
	inMemory(t, func(w *world) {
		w.change(account.Edit{Phone: account.Set(newNumber), Email: account.Set(newAddress)})
		w.follow()
		got := w.queued()
		if got[byOldSMS] == "" || got[byOldEmail] == "" {
			t.Errorf("the old ones are not told: %v", got)
		}
	})
}

func TestAFirstNumberIsAnnouncedOnlyWhereThereWasSomethingToProtect(t *testing.T) {
	inMemory(t, func(w *world) {
		w.sql(`UPDATE accounts SET phone = ''`)
		w.change(account.Edit{Phone: account.Set(newNumber)})
		w.follow()
		w.want(nil)
		w.sql(`UPDATE accounts SET phone_changed_at = jawort_now()`)
		w.follow()
		w.want(map[string]string{byEmail: "Neue Nummer"})
	})
}

func TestAReportIsToldToTheHoldersAndNoOtherEndIs(t *testing.T) {
	onEach(t, func(w *world) {
		for _, status := range []approval.Status{approval.StatusApproved, approval.StatusDenied, approval.StatusExpired} {
			w.end(approval.Login, status)
		}
		w.follow()
		w.want(nil)
		w.end(approval.Login, approval.StatusReported)
		w.follow()
		w.want(map[string]string{bySMS: "Anmeldung bei Muster Makler AG wurde als Betrug gemeldet", byEmail: "nicht zugelassen"})
		w.forgetEvents()
		w.end(approval.Transaction, approval.StatusReported)
		w.follow()
		w.want(map[string]string{bySMS: "Transaktion", byEmail: "Transaktion"})
	})
}

func TestALateReportSaysThatSomebodyMayBeIn(t *testing.T) {
	inMemory(t, func(w *world) {
		for status, word := range map[approval.Status]string{approval.StatusApproved: "nachträglich", approval.StatusDenied: "nicht zugelassen"} {
			w.forgetEvents()
			apr := w.end(approval.Login, status)
			w.must(w.db.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
				return outbox.Put(ctx, tx, outbox.Event{Kind: lasting.LateReportEvent, Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID, Subject: apr})
			}))
			w.follow()
			w.want(map[string]string{bySMS: "als Betrug gemeldet", byEmail: word})
		}
	})
}

func TestARecoveryIsAnnouncedWithWhenItOpensInTheTenantsZone(t *testing.T) {
	inMemory(t, func(w *world) {
		w.happen("recovery.announced", map[string]any{"opens_at": time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC)})
		w.follow()
		w.want(map[string]string{bySMS: "02.07.2026, 00:30 Uhr", byEmail: "02.07.2026, 00:30 Uhr"})
	})
}

func TestAResetBySupportIsAnnouncedWithoutItsReason(t *testing.T) {
	onEach(t, func(w *world) {
		w.must(w.lasting.ResetAccount(t.Context(), w.tenant.ID, w.account.ExternalID, "Call +49 666", lasting.By{}))
		w.follow()
		w.want(map[string]string{bySMS: "vom Support zurückgesetzt", byEmail: "werden neu eingerichtet"})
	})
}

func TestABudgetIsAnnouncedToTheTenantsOperations(t *testing.T) {
	inMemory(t, func(w *world) {
		for kind, words := range map[domain.Event]string{
			domain.Warned:  "SMS-Budget Portal: 8.00 EUR von 10.00 EUR",
			domain.Stopped: "SMS-Budget gesamt aufgebraucht: 8.00 EUR von 10.00 EUR",
			domain.Alarmed: "noch bis 02.07.2026, 00:30 Uhr Codes; danach sind sie ausgesperrt",
		} {
			w.forgetEvents()
			w.spend(kind)
			w.follow()
			w.want(map[string]string{"email " + operations: words})
		}
	})
}

// spend has a budget tell something.
func (w *world) spend(kind domain.Event) {
	w.Helper()
	budget := map[domain.Event]map[string]any{
		domain.Warned:  {"scope": "application", "subject": w.app.ID},
		domain.Stopped: {"scope": "tenant"},
		domain.Alarmed: {"scope": "country", "subject": "DE", "until": time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC)},
	}[kind]
	budget["spent"], budget["limit"], budget["currency"] = "8.00", "10.00", "EUR"
	w.must(w.db.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
		return outbox.Put(ctx, tx, outbox.Event{Kind: string(kind), Tenant: w.tenant.ID, Subject: w.tenant.ID, Data: budget})
	}))
}

func TestABudgetOfWhichNobodyWantsToHearIsInTheLogAndCounted(t *testing.T) {
	inMemory(t, func(w *world) {
		metrics := prometheus.NewRegistry()
		w.follower.Budgets = notice.NewBudgets(metrics)
		w.sql(`UPDATE tenants SET policy = '{}'`)
		for _, kind := range []domain.Event{domain.Warned, domain.Stopped, domain.Alarmed} {
			w.forgetEvents()
			w.spend(kind)
			w.follow()
			w.want(nil)
			if log := w.log.String(); !strings.Contains(log, `"level":"WARN"`) || !strings.Contains(log, string(kind)) || strings.Contains(log, w.tenant.Name) {
				t.Errorf("%s is not in the log by its ids: %s", kind, log)
			}
			w.log.Reset()
		}
		families, err := metrics.Gather()
		w.must(err)
		if len(families) != 1 || len(families[0].GetMetric()) != 3 {
			t.Errorf("counted are %v", families)
		}
	})
}

func TestWhatIsFollowedTwiceIsToldAndPaidOnce(t *testing.T) {
	onEach(t, func(w *world) {
		w.happen("device.enrolled", map[string]any{"platform": "ios"})
		events := w.events()
		for range 3 {
			for _, e := range events {
				w.must(w.follower.Follow(t.Context(), []outbox.Event{e}))
			}
		}
		w.want(map[string]string{bySMS: "", byEmail: ""})
		w.must(w.follower.Follow(t.Context(), []outbox.Event{events[0]})) // while they are being sent
		w.want(nil)
		if n := w.count(`ledger_entries WHERE payer = $1`, w.account.ID); n != 1 {
			t.Errorf("%d SMS are charged", n)
		}
		w.forgetEvents()
		w.happen("device.enrolled", map[string]any{"platform": "ios"})
		w.follow()
		w.want(map[string]string{bySMS: "", byEmail: ""}) // another event is another notice
	})
}

func (w *world) count(from string, args ...any) int {
	w.Helper()
	n, err := db.One(w.Context(), w.db.Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+from, args...)
	w.must(err)
	return n
}

func TestAnSMSThatCannotBePaidKeepsNoEmailBack(t *testing.T) {
	onEach(t, func(w *world) {
		w.priced(w.tenant, "0")
		w.forgetEvents()
		w.happen("device.enrolled", map[string]any{"platform": "ios"})
		w.follow()
		w.want(map[string]string{byEmail: ""})
		if log := w.log.String(); !strings.Contains(log, "sms-budget-spent") || !strings.Contains(log, w.account.ID) {
			t.Errorf("the refusal is not in the log: %s", log)
		}
	})
}

func TestNoSMSGoesWhereThereIsNoMobileNumber(t *testing.T) {
	inMemory(t, func(w *world) {
		for _, statement := range []string{`UPDATE accounts SET phone = ''`, `UPDATE accounts SET phone = '+4930901820'`} {
			w.sql(statement)
			w.happen("device.enrolled", map[string]any{"platform": "ios"})
			w.follow()
			w.want(map[string]string{byEmail: ""})
			w.forgetEvents()
		}
	})
}

func TestWhoGetsNoCodesBySMSIsToldAllTheSame(t *testing.T) {
	inMemory(t, func(w *world) {
		g, err := w.lasting.PutGroup(t.Context(), w.db.Writes(), account.Group{
			ID: w.id(id.Group), Tenant: w.tenant.ID, Name: "Kunden", Policy: account.GroupPolicy{SMS: account.SMS{Switch: account.SwitchOff}},
		})
		w.must(err)
		w.sql(`UPDATE accounts SET group_id = $1, sms_on = FALSE, email = ''`, g.ID)
		w.happen("device.enrolled", map[string]any{"platform": "ios"})
		w.follow()
		w.want(map[string]string{bySMS: "iPhone oder iPad"})
	})
}

func TestWhoeverAsksForCodesDoesNotSilenceTheWarning(t *testing.T) {
	onEach(t, func(w *world) {
		w.set(w.tenant, `{"prices":{"+49":"0.10"},"limits":{"number":["5/10m"]},"budgets":[{"scope":"tenant","period":"month","limit":"0.50"}]}`)
		for range 5 {
			w.must(w.reserve())
		}
		for _, want := range []error{domain.ErrTooMany, domain.ErrBudgetSpent} {
			if err := w.reserve(); !errors.Is(err, want) {
				t.Fatalf("a sixth code: %v, want %v", err, want)
			}
			w.sql(`DELETE FROM ledger_windows`)
		}
		w.forgetEvents()
		w.happen("device.enrolled", map[string]any{"platform": "ios"})
		w.follow()
		w.want(map[string]string{bySMS: "iPhone oder iPad", byEmail: ""})
		if n := w.count(`ledger_entries WHERE payer = $1 AND price = 1000`, w.account.ID); n != 6 {
			t.Errorf("%d SMS are charged, want the five codes and the notice", n)
		}
	})
}

// reserve pays a code by SMS to the account.
func (w *world) reserve() error {
	return w.db.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
		return w.ledger.Reserve(ctx, tx, domain.Reservation{
			Message: w.id(id.Message), Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID, Payer: w.account.ID, Number: number,
		})
	})
}

func TestANoticeTooManyWaitsForItsTurn(t *testing.T) {
	onEach(t, func(w *world) {
		w.sql(`UPDATE accounts SET email = ''`)
		told := func(events int) int {
			for range events {
				w.happen("device.enrolled", map[string]any{"platform": "ios"})
			}
			w.follow()
			w.forgetEvents()
			leased, err := w.queue.Lease(t.Context(), courier.SMS, 100, time.Hour)
			w.must(err)
			for _, l := range leased {
				w.must(w.queue.Sent(t.Context(), l, "carrier", ""))
			}
			return len(leased)
		}
		days := func(n int) { w.must(w.db.SetClockOffset(t.Context(), time.Duration(n)*24*time.Hour+time.Minute)) }
		if n := told(20); n != domain.NoticeRate.Max {
			t.Fatalf("%d go out at once", n)
		}
		days(1)
		if n := told(1); n != domain.NoticeRate.Max {
			t.Errorf("%d go out on the second day", n)
		}
		days(2)
		if n := told(0); n != domain.NoticeRate.Max {
			t.Errorf("%d go out on the third day", n)
		}
		days(3)
		if n := told(0); n != 1 {
			t.Errorf("%d go out on the fourth day, want the one of the second", n)
		}
		if log := w.log.String(); strings.Count(log, "sms-too-many") != 2 {
			t.Errorf("the two that would come too late are not in the log: %s", log)
		}
	})
}

func TestWithoutMailOnlySMSAreQueuedAndWithoutBothNothingIs(t *testing.T) {
	inMemory(t, func(w *world) {
		w.happen("device.enrolled", map[string]any{"platform": "ios"})
		w.happen(string(domain.Warned), map[string]any{"scope": "tenant"})
		w.follower.Channels = nil
		w.follow()
		w.want(nil)
		w.follower.Channels = []courier.Channel{courier.SMS}
		w.follow()
		w.want(map[string]string{bySMS: ""})
	})
}

func TestAnErasedPersonGetsNothing(t *testing.T) {
	onEach(t, func(w *world) {
		w.change(account.Edit{Phone: account.Set(newNumber)})
		w.happen("device.enrolled", map[string]any{"platform": "ios"})
		early := w.events() // with what was personal at the time
		w.must(w.lasting.EraseAccount(t.Context(), w.tenant.ID, w.account.ExternalID, lasting.By{}, w.queue.Erase))
		for _, e := range append(early, w.events()...) {
			w.must(w.follower.Follow(t.Context(), []outbox.Event{e}))
		}
		w.want(nil)
	})
}

// erasing erases the account between the moment at which somebody looked it up and that at which the message is queued.
type erasing struct {
	lasting.Store
	w *world
}

func (e *erasing) Tenant(ctx context.Context, id string) (account.Tenant, error) {
	err := e.w.lasting.EraseAccount(ctx, e.w.tenant.ID, e.w.account.ExternalID, lasting.By{}, e.w.queue.Erase)
	if err != nil && !errors.Is(err, account.ErrUnknownAccount) {
		return account.Tenant{}, err
	}
	return e.w.lasting.Tenant(ctx, id)
}

func TestAPersonWhoIsErasedAtTheLastMomentGetsNothing(t *testing.T) {
	onEach(t, func(w *world) {
		w.happen("device.enrolled", map[string]any{"platform": "ios"})
		w.follower.Directory = &erasing{Store: *w.lasting, w: w}
		w.follow()
		w.want(nil)
		if n := w.count(`messages`); n != 0 {
			t.Errorf("%d messages were queued", n)
		}
	})
}

func TestOtherEventsAreNobodysNews(t *testing.T) {
	inMemory(t, func(w *world) {
		w.change(account.Edit{Label: account.Set("Depot")})
		w.happen("device.left", nil)
		w.happen("webhook.created", nil)
		w.follow()
		w.want(nil)
	})
}
