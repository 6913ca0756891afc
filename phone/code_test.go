package phone_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// letters sends codes to nobody: the test knows them.
type letters struct{ sent int }

var codes = []string{"111111", "222222"}

func (l *letters) SendProof(context.Context, *sql.Tx, account.Proving) ([]byte, error) {
	l.sent++
	return []byte(codes[l.sent-1]), nil
}

func (l *letters) CheckProof(_ context.Context, _ *sql.Tx, _ account.Enrolment, mac []byte, code string) (*refusal.Error, error) {
	if code, err := factor.ParseCode(code); err != nil || code == string(mac) {
		return nil, err
	}
	return factor.ErrWrongCode, nil
}

// provedLink is one that wants a code.
func (h *house) provedLink() string {
	h.t.Helper()
	h.lasting.Prover = &letters{}
	_, err := db.Exec(h.t.Context(), h.lasting.Writes(), `UPDATE accounts SET phone = '+4915123456717'`)
	check(h.t, err)
	code := rand.Text()
	check(h.t, h.lasting.CreateEnrolment(h.t.Context(), account.Enrolment{
		ID: newID(h.t, id.Enrolment), Tenant: h.tenant.ID, Application: h.application.ID, Account: h.account.ID, Device: newID(h.t, id.Device),
		Challenge: must(account.NewChallenge(rand.Reader))(h.t), Authority: account.ByOperator, Proof: account.Proof{Account: h.account.ID, Method: approval.MethodSMS},
	}, account.HashCode(code), "", outbox.Actor{}))
	return h.url + "/enrol#" + code
}

func TestAPhoneAsksForTheCodeUntilItIsRight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	link := h.provedLink()
	p := phone.New(phone.Options{})
	if _, err := p.Enrol(t.Context(), link, "Anna", "Anna's phone", nil); !errors.Is(err, phone.ErrCodeWanted) {
		t.Fatalf("without anybody to type a code: %v", err)
	}
	typed := []string{"12345", "999999", "111111"}
	var refused []string
	digits, err := p.EnrolWithCode(t.Context(), link, "Anna", "Anna's phone", nil, func(_ context.Context, sent phone.CodeSent, wrong error) (string, error) {
		if sent != (phone.CodeSent{Method: "sms", Address: "+49 ••• ••17"}) {
			t.Errorf("sent to %+v", sent)
		}
		refused = append(refused, phone.Code(wrong))
		next := typed[0]
		typed = typed[1:]
		return next, nil
	})
	check(t, err)
	if got := strings.Join(refused, " "); len(digits) != 6 || got != " invalid-request wrong-code" {
		t.Errorf("digits %q after %q", digits, got)
	}
}

func TestNobodyTypesMoreCodesThanTheServerTakes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	link, tries := h.provedLink(), 0
	_, err := phone.New(phone.Options{}).EnrolWithCode(t.Context(), link, "Anna", "Anna's phone", nil, func(context.Context, phone.CodeSent, error) (string, error) {
		tries++
		return "999999", nil
	})
	if phone.Code(err) != phone.CodeWrongCode || tries != account.MaxProofs {
		t.Errorf("%d tries, then %v", tries, err)
	}
}

func TestTheTerminalAsksForTheCodeAndForAnotherOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	link := h.provedLink()
	p := sit(t, phone.New(phone.Options{}))
	done := make(chan error, 1)
	go func() { done <- p.term.Enrol(t.Context(), link, "Anna", "", nil) }()
	p.reads("Type the code that was sent to +49 ••• ••17")
	p.types("999999")
	p.reads("That is not the code. Tries left: 2.")
	p.types("")
	p.reads("A code was sent a moment ago.")
	check(t, h.lasting.SetClockOffset(t.Context(), time.Minute))
	p.types("")
	p.reads("(Enter: send another one) > ")
	p.types("222222")
	check(t, <-done)
	p.reads("Type these six digits on the page")
}

func TestWhatAPhoneLacksIsSaidInItsLanguage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, link := h.link()
	unlocked := phone.Installation{Platform: "android", OSVersion: "16", Model: "Phone", Language: "de-AT", Notifications: true}
	p := sit(t, phone.New(phone.Options{Installation: unlocked}))
	err := p.term.Enrol(t.Context(), link, "Anna", "", nil)
	if err == nil || !strings.Contains(err.Error(), "Schalten Sie in den Einstellungen PIN, Muster oder Passwort ein") {
		t.Errorf("said %v", err)
	}
}

func TestAPhoneSeesAndStopsARecovery(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, stranger := h.newPhone("Anna"), phone.New(phone.Options{})
	r, err := h.lasting.AnnounceRecovery(t.Context(), account.Recovery{
		ID: newID(t, id.Recovery), Tenant: h.tenant.ID, Application: h.application.ID, Account: h.account.ID,
	}, "lost", outbox.Actor{})
	check(t, err)
	seen := must(p.Recoveries(t.Context()))(t)
	if len(seen) != 1 || seen[0].ID != r.ID || seen[0].Account.Label != "Büro Süd" || !seen[0].OpensAt.Equal(r.OpensAt) {
		t.Fatalf("seen %+v", seen)
	}
	if err := stranger.StopRecovery(t.Context(), seen[0]); !errors.Is(err, phone.ErrNotEnrolled) {
		t.Errorf("a stranger: %v", err)
	}
	for range 2 {
		check(t, p.StopRecovery(t.Context(), seen[0]))
	}
	if left := must(p.Recoveries(t.Context()))(t); len(left) != 0 {
		t.Errorf("after it was stopped: %+v", left)
	}
}
