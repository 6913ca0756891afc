package lasting_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

var errOther = errors.New("another store is away")

// ends is what another store ends.
func ends(accounts *[]string, err error) lasting.Ending {
	return func(_ context.Context, _ *sql.Tx, account string) error {
		*accounts = append(*accounts, account)
		return err
	}
}

func TestAResetEndsAllByWhichAnAccountConfirms(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		open, _ := w.completed(w.account, "another key")
		var ended []string
		must(t, s.ResetAccount(t.Context(), w.tenant.ID, "4711", "lost the phone", support, ends(&ended, nil)))
		if len(ended) != 1 || ended[0] != w.account.ID {
			t.Errorf("ended %v", ended)
		}
		_, err := w.decide(w.pending(), phone, approval.Approve)
		wantInactive(t, err)
		_, _, err = s.ConfirmEnrolment(t.Context(), w.tenant.ID, open.ID, true, outbox.Actor{})
		wantError(t, err, account.ErrEnrolmentEnded)
		e, err := s.Entry(t.Context(), w.tenant.ID, "4711")
		must(t, err)
		if e.ID != w.account.ID || e.Devices != 0 || len(e.Methods) != 0 {
			t.Errorf("after the reset %+v", e)
		}
		wantEqual(t, "events", len(w.events(lasting.AccountReset)), 1)
		w.phone() // and enrols again
		wantError(t, s.ResetAccount(t.Context(), newWorld(t, s).tenant.ID, "nobody", "r", support), account.ErrUnknownAccount)
	})
}

func TestAResetThatCannotEndEverythingEndsNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		var ended []string
		wantError(t, s.ResetAccount(t.Context(), w.tenant.ID, "4711", "lost", support, ends(&ended, errOther)), errOther)
		wantError(t, s.EraseAccount(t.Context(), w.tenant.ID, "4711", support, ends(&ended, errOther)), errOther)
		p := w.pending()
		v, err := w.decide(p, phone, approval.Approve)
		wantEnd(t, v, err, approval.StatusApproved)
		wantEqual(t, "events of a reset", len(w.events(lasting.AccountReset)), 0)
	})
}

// personal is all that tells of the person in the tests.
var personal = []string{"Erika Mustermann", "Erikas Telefon", "Depot", "4711", "+4915123456789", "erika@example.com", "Fairphone"}

// wantNothingPersonal looks into every column of text of every table that the account could be in.
func (w *world) wantNothingPersonal() {
	w.t.Helper()
	for table, columns := range map[string]string{
		"accounts":      `id || external_id || label || phone || email || sought_id || sought_label`,
		"devices":       `holder || label`,
		"installations": `model || os_version`,
		"outcomes":      `label || holder || number || COALESCE(CAST(document AS TEXT), '') || COALESCE(CAST(client_data AS TEXT), '') || context || browser`,
		"late_reports":  `holder`,
		"outbox":        `personal || data`,
		"notices":       `occasion || fact`,
	} {
		rows, err := db.All(w.t.Context(), w.s.Reads(), db.ScanString, `SELECT `+columns+` FROM `+table)
		must(w.t, err)
		for _, row := range rows {
			for _, word := range personal {
				if strings.Contains(row, word) {
					w.t.Errorf("%s is left in %s: %s", word, table, row)
				}
			}
		}
	}
}

func TestAnErasedPersonIsNowhereAndTheEndsOfTheirApprovalsStay(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.changed("4711", account.Edit{Phone: account.Set("+4915123456789"), Email: account.Set("erika@example.com")})
		phone, other := w.phone(), w.phone()
		var ids []string
		document := ""
		for range 205 { // more than fit into one transaction
			p := w.pending()
			_, err := w.decide(p, phone, approval.Approve)
			must(t, err)
			ids, document = append(ids, p.ID), string(p.Document)
		}
		w.news("1", func(n *lasting.News) { n.Fact = "erika@example.com" })
		late := w.pending()
		_, err := w.decide(late, phone, approval.Approve)
		must(t, err)
		_, err = w.decide(late, other, approval.Report)
		must(t, err)
		var erased []string
		must(t, s.EraseAccount(t.Context(), w.tenant.ID, "4711", support, ends(&erased, nil)))
		wantEqual(t, "accounts erased elsewhere", len(erased), 1)
		w.wantNothingPersonal()
		o, err := s.Outcome(t.Context(), ids[204])
		must(t, err)
		if o.Status != approval.StatusApproved || o.Document != nil || o.Signer != nil || o.Account != w.account.ID {
			t.Errorf("outcome is %+v", o)
		}
		_, err = approval.NewReceipt(o)
		wantError(t, err, approval.ErrNoReceipt)
		kept, err := db.One(t.Context(), s.Reads(), db.ScanBytes, `SELECT document_hash FROM outcomes WHERE approval = $1`, ids[204])
		must(t, err)
		if want := domain.DocumentHash([]byte(document)); string(kept) != string(want[:]) {
			t.Errorf("hash of the document is %x, want %x", kept, want)
		}
		_, err = s.Account(t.Context(), w.tenant.ID, "4711")
		wantError(t, err, account.ErrUnknownAccount)
		wantError(t, s.EraseAccount(t.Context(), w.tenant.ID, "4711", support), account.ErrUnknownAccount)
		wantEqual(t, "erasures that are not done", w.count(`erasures WHERE NOT done`), 0)
	})
}

func (w *world) count(from string, args ...any) int {
	w.t.Helper()
	n, err := w.s.Count(w.t.Context(), from, args...)
	must(w.t, err)
	return n
}

func TestWhoWasDeletedCanStillBeErasedAndOthersStay(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		phone := w.phone()
		other.phone()
		p := w.pending()
		_, err := w.decide(p, phone, approval.Approve)
		must(t, err)
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, "4711", support))
		wantError(t, s.EraseAccount(t.Context(), other.tenant.ID, "nobody", support), account.ErrUnknownAccount)
		must(t, s.EraseAccount(t.Context(), w.tenant.ID, "4711", support))
		wantEqual(t, "erased outcomes", w.count(`outcomes WHERE erased_at > 0 AND approval = $1`, p.ID), 1)
		devices, err := s.Devices(t.Context(), other.tenant.ID, "4711")
		must(t, err)
		if len(devices) != 1 || devices[0].Holder == "" || devices[0].Posture.Model == "" {
			t.Errorf("devices of another tenant are %+v", devices)
		}
	})
}

func TestAPhoneIsForgottenWithTheLastOfItsPeople(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.phoneWithKey(w.account, "one phone")
		w.phoneWithKey(w.newAccount("4712"), "one phone")
		known := `installations WHERE model <> '' AND os_version <> '' AND address IS NOT NULL`
		must(t, s.EraseAccount(t.Context(), w.tenant.ID, "4711", support))
		wantEqual(t, "phones known while somebody has one", w.count(known), 1)
		must(t, s.EraseAccount(t.Context(), w.tenant.ID, "4712", support))
		wantEqual(t, "phones known when nobody does", w.count(known), 0)
	})
}

func TestAnErasureThatWasBrokenOffIsFinished(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		_, err := w.decide(w.pending(), phone, approval.Approve)
		must(t, err)
		must(t, s.SQL(t.Context(), `INSERT INTO erasures (account) VALUES ($1)`, w.account.ID))
		must(t, s.FinishErasures(t.Context()))
		wantEqual(t, "outcomes that are kept", w.count(`outcomes WHERE erased_at = 0`), 0)
		wantEqual(t, "erasures that are not done", w.count(`erasures WHERE NOT done`), 0)
	})
}

func TestAQuestionThatIsOpenWhileItsPersonIsErasedTellsNothingWhenItEnds(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, log := newWorld(t, s), audit.New(s.DB, rand.Reader)
		w.phone()
		p := w.pending()
		p.Document, p.Context = []byte(`{"account":{"label":"Erika Mustermann"}}`), `{"network":"Erikas Telefon"}`
		must(t, s.EraseAccount(t.Context(), w.tenant.ID, "4711", support, audit.Erase))
		w.after(approval.DefaultLife + time.Second)
		ended, err := s.End(t.Context(), p, approval.StatusExpired)
		must(t, err)
		wantEqual(t, "status", ended.Status, approval.StatusExpired)
		w.wantNothingPersonal()
		kept, err := db.One(t.Context(), s.Reads(), db.ScanBytes, `SELECT document_hash FROM outcomes WHERE approval = $1 AND erased_at > 0`, p.ID)
		must(t, err)
		if want := domain.DocumentHash(p.Document); string(kept) != string(want[:]) {
			t.Errorf("hash of the document is %x, want %x", kept, want)
		}
		token, _, err := log.Lease(t.Context(), time.Minute)
		must(t, err)
		_, err = log.Append(t.Context(), token, time.Minute, 1000)
		must(t, err)
		found, err := log.Verify(t.Context(), w.tenant.ID, jose.JSONWebKeySet{})
		must(t, err)
		wantEqual(t, "documents", found.Documents, audit.Standings{Erased: 1})
	})
}

// A transaction that began before the erasure may write after it.
func TestWhatWasWrittenDuringAnErasureIsTakenAwayByTheNextRound(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		_, err := w.decide(w.pending(), phone, approval.Approve)
		must(t, err)
		must(t, s.EraseAccount(t.Context(), w.tenant.ID, "4711", support))
		must(t, s.SQL(t.Context(), `UPDATE outcomes SET erased_at = 0, label = 'Erika Mustermann', decided_at = (SELECT deleted_at FROM accounts WHERE id = $1) - 1000000`, w.account.ID))
		must(t, s.FinishErasures(t.Context()))
		w.wantNothingPersonal()
		must(t, s.SQL(t.Context(), `INSERT INTO account_uses (account, application, used_at) VALUES ($1, $2, 1)`, w.account.ID, w.app.ID))
		must(t, s.FinishErasures(t.Context()))
		wantEqual(t, "uses", w.count(`account_uses`), 0)
	})
}

func TestALoginThatIsFollowedAfterItsPersonWasErasedIsNoUse(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone, p := w.phone(), w.pending()
		_, err := w.decide(p, phone, approval.Approve)
		must(t, err)
		must(t, s.Used(t.Context(), []string{p.ID}))
		wantEqual(t, "uses before", w.count(`account_uses`), 1)
		must(t, s.EraseAccount(t.Context(), w.tenant.ID, "4711", support))
		must(t, s.Used(t.Context(), []string{p.ID}))
		wantEqual(t, "uses after", w.count(`account_uses`), 0)
	})
}

// The sequencer holds its lease before it takes an event out of the outbox. An erasure that had the event already would wait
// for the lease, and both for each other.
func TestAnErasureLetsTheAuditLogGoOnUntilItTakesFromIt(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.New(t))
	w, log := newWorld(t, s), audit.New(s.DB, rand.Reader)
	w.changed("4711", account.Edit{Phone: account.Set("+4915123456789")})
	token, _, err := log.Lease(t.Context(), time.Minute)
	must(t, err)
	appending := func(context.Context, *sql.Tx, string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_, err := log.Append(ctx, token, time.Minute, 100)
		return err
	}
	must(t, s.EraseAccount(t.Context(), w.tenant.ID, "4711", support, appending, audit.Erase))
}

func TestRetentionErasesWhatIsOldAndLeavesTheRest(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		for _, each := range []*world{w, other} {
			phone := each.phone()
			_, err := each.decide(each.pending(), phone, approval.Approve)
			must(t, err)
		}
		w.after(48 * time.Hour)
		p := w.pending()
		_, err := s.End(t.Context(), p, approval.StatusCancelled)
		must(t, err)
		n, err := s.EraseOutcomes(t.Context(), w.tenant.ID, p.CreatedAt.Add(-time.Hour))
		must(t, err)
		wantEqual(t, "erased outcomes", n, 1)
		n, err = s.EraseOutcomes(t.Context(), w.tenant.ID, p.CreatedAt.Add(-time.Hour))
		must(t, err)
		wantEqual(t, "outcomes erased again", n, 0)
		wantEqual(t, "events that say so", len(w.events("outcomes.erased")), 1)
		wantEqual(t, "outcomes that are kept", w.count(`outcomes WHERE erased_at = 0 AND document IS NOT NULL`), 2)
	})
}

func TestOneAtATimeCarriesOutRetention(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		leased := func() int {
			return inParallel(8, func(int) bool {
				ours, err := s.LeaseRetention(t.Context(), time.Minute)
				if err != nil {
					t.Error(err)
				}
				return ours
			})
		}
		wantEqual(t, "leases", leased(), 1)
		wantEqual(t, "leases while one lasts", leased(), 0)
		must(t, s.SetClockOffset(t.Context(), 2*time.Minute))
		wantEqual(t, "leases after it", leased(), 1)
	})
}

func TestSomebodyIsAskedToEnrolOnceADay(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		for _, name := range []string{"a", "b", "no mail"} {
			w.newAccount(name)
		}
		w.changed("a", account.Edit{Email: account.Set("a@example.com")})
		w.changed("b", account.Edit{Email: account.Set("b@example.com")})
		posted := 0
		invite := func(name string, remind bool) lasting.Skip {
			t.Helper()
			skip, err := s.Invite(t.Context(), w.tenant.ID, name, remind, support, func(context.Context, *sql.Tx, account.Account) error { posted++; return nil })
			must(t, err)
			return skip
		}
		for _, c := range []struct {
			name   string
			remind bool
			want   lasting.Skip
		}{
			{"a", true, lasting.SkipNotInvited}, {"a", false, ""}, {"a", false, lasting.SkipRecently}, {"a", true, lasting.SkipRecently}, {"b", false, ""},
			{"no mail", false, lasting.SkipNoEmail}, {"nobody", false, lasting.SkipUnknown},
		} {
			wantEqual(t, "answer for "+c.name, invite(c.name, c.remind), c.want)
		}
		b, err := s.Account(t.Context(), w.tenant.ID, "b")
		must(t, err)
		w.phoneOf(b)
		w.after(lasting.InvitationPause + time.Minute)
		wantEqual(t, "a reminder after a day", invite("a", true), "")
		wantEqual(t, "a reminder after the reminder", invite("a", true), lasting.SkipRecently)
		wantEqual(t, "who has enrolled", invite("b", true), lasting.SkipEnrolled)
		wantEqual(t, "letters", posted, 3)
		p, err := s.Progress(t.Context(), w.tenant.ID, "", "", 10)
		must(t, err)
		if p.Invited != 2 || p.Enrolled != 1 || len(p.Left) != 1 || p.Left[0].ExternalID != "a" || p.Left[0].Reminders != 1 {
			t.Errorf("progress is %+v", p)
		}
		_, err = s.Invite(t.Context(), w.tenant.ID, "a", false, support, func(context.Context, *sql.Tx, account.Account) error { return errOther })
		must(t, err) // skipped before it came to that
		w.after(3 * lasting.InvitationPause)
		_, err = s.Invite(t.Context(), w.tenant.ID, "a", false, support, func(context.Context, *sql.Tx, account.Account) error { return errOther })
		wantError(t, err, errOther)
		wantEqual(t, "after a letter that could not be posted", invite("a", false), "")
		_, err = s.Progress(t.Context(), w.tenant.ID, "no group", "", 10)
		if field(err) != "group" {
			t.Errorf("of no group: %v", err)
		}
	})
}

func TestParallelInvitationsOfOnePersonSendOneLetter(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.changed("a", account.Edit{Email: account.Set("a@example.com")})
		sent := inParallel(8, func(int) bool {
			skip, err := s.Invite(t.Context(), w.tenant.ID, "a", false, support, func(context.Context, *sql.Tx, account.Account) error { return nil })
			if err != nil {
				t.Error(err)
			}
			return skip == ""
		})
		wantEqual(t, "letters", sent, 1)
	})
}

func TestRetentionForgetsWhoHadAPhoneAndTheNetworksOfReports(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		old, young, active := w.phone(), w.phone(), w.phone()
		theirs := other.phone()
		revoke := func(w *world, device string) {
			must(t, s.RevokeDevice(t.Context(), w.tenant.ID, w.account.ExternalID, device, outbox.Actor{}))
		}
		revoke(w, old.Device)
		revoke(other, theirs.Device)
		for _, each := range []*world{w, other} {
			must(t, s.SQL(t.Context(), `INSERT INTO report_pauses (approval, account, session, network, paused_at) VALUES ($1, $2, '', '192.0.2.0/24', jawort_now())`,
				"apr_"+each.account.ID, each.account.ID))
		}
		w.after(48 * time.Hour)
		revoke(w, young.Device)
		now, err := s.Now(t.Context())
		must(t, err)
		for _, want := range []int{2, 0} { // the phone and the network; then nothing
			n, err := s.EraseBefore(t.Context(), w.tenant.ID, now.Add(-time.Hour), 10)
			must(t, err)
			wantEqual(t, "found", n, want)
		}
		for device, named := range map[string]int{old.Device: 0, young.Device: 1, active.Device: 1, theirs.Device: 1} {
			wantEqual(t, "names on "+device, w.count(`devices WHERE id = '`+device+`' AND holder <> '' AND label <> ''`), named)
			wantEqual(t, "model of "+device, w.count(`installations i WHERE model <> '' AND EXISTS (SELECT 1 FROM devices WHERE installation = i.id AND id = '`+device+`')`), named)
		}
		wantEqual(t, "networks", w.count(`report_pauses`), 1)
	})
}

func TestRetentionErasesTheAccountsThatWereDeletedLongAgo(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, w.account.ExternalID, lasting.By{}))
		must(t, s.DeleteAccount(t.Context(), other.tenant.ID, other.account.ExternalID, lasting.By{}))
		w.after(48 * time.Hour)
		w.newAccount("young")
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, "young", lasting.By{}))
		w.newAccount("there")
		now, err := s.Now(t.Context())
		must(t, err)
		for _, want := range []int{1, 0} {
			n, err := s.EraseDeleted(t.Context(), w.tenant.ID, now.Add(-time.Hour), 10)
			must(t, err)
			wantEqual(t, "erased", n, want)
		}
		wantEqual(t, "accounts without a label", w.count(`accounts WHERE label = ''`), 1)
		wantEqual(t, "its events", len(w.events("account.erased")), 1)
	})
}
