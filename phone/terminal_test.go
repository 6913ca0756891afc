package phone_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/outbox"
)

// person sits before a terminal: types, and reads what appears.
type person struct {
	t    *testing.T
	in   io.WriteCloser
	text *screen
	term *phone.Terminal
}

// screen collects what is written and wakes who waits for a text.
type screen struct {
	mu   sync.Mutex
	text string // not read yet
	more chan struct{}
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text += string(b)
	select {
	case s.more <- struct{}{}:
	default:
	}
	return len(b), nil
}

// until reads on behind want and returns everything up to there.
func (s *screen) until(want string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := strings.Index(s.text, want)
	if i < 0 {
		return s.text, false
	}
	read := s.text[:i+len(want)]
	s.text = s.text[i+len(want):]
	return read, true
}

func sit(t *testing.T, p *phone.Phone) *person {
	t.Helper()
	in, typed := io.Pipe()
	t.Cleanup(func() { typed.Close() })
	s := &screen{more: make(chan struct{}, 1)}
	return &person{t: t, in: typed, text: s, term: &phone.Terminal{Phone: p, In: in, Out: s}}
}

func (p *person) reads(want string) string {
	p.t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		got, ok := p.text.until(want)
		if ok {
			return got
		}
		select {
		case <-p.text.more:
		case <-late.C:
			p.t.Fatalf("%q did not appear; on the screen: %s", want, got)
		}
	}
}

func (p *person) types(line string) {
	p.t.Helper()
	_, err := io.WriteString(p.in, line+"\n")
	check(p.t, err)
}

// runs starts the terminal and ends it with the test.
func (p *person) runs() {
	ctx, stop := context.WithCancel(p.t.Context())
	done := make(chan error, 1)
	go func() { done <- p.term.Run(ctx) }()
	p.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			p.t.Error(err)
		}
	})
}

func TestEnrollingAsksForTheHolderAndShowsSixLargeDigits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := phone.New(phone.Options{})
	anna := sit(t, p)
	enrolment, link := h.link()
	done := make(chan error, 1)
	go func() { done <- anna.term.Enrol(t.Context(), link, "", "", nil) }()
	anna.reads("Your name: ")
	anna.types("")
	anna.reads("Your name: ")
	anna.types("Anna")
	text := anna.reads("approve nothing")
	check(t, <-done)
	if !strings.Contains(text, "Büro Süd at Muster Makler AG, held by Anna") || !strings.Contains(text, "page that showed you the link") || !strings.Contains(text, "█") {
		t.Errorf("shown: %s", text)
	}
	h.confirm(enrolment)
	h.ask()
	must(p.Decide(t.Context(), one(t, p), phone.Approve, "42"))(t)
}

func TestALoginIsShownWithItsContextAndApprovedByItsNumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := sit(t, h.newPhone("Anna"))
	anna.runs()
	anna.reads("Büro Süd at Muster Makler AG, as Anna")
	asked := h.ask()
	text := anna.reads("[l]ater > ")
	for _, want := range []string{"LOGIN", "Portal, Muster Makler AG", "Büro Süd", "Firefox on Linux", "203.0.113.9, IN", "Since", "Time left  1:", "[a]pprove"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in: %s", want, text)
		}
	}
	anna.types("what")
	anna.reads("[a]pprove")
	anna.types("a")
	anna.reads("Type the 2 digits")
	anna.types("4")
	anna.reads("Type the 2 digits")
	anna.types("")
	anna.reads("[a]pprove")
	anna.types("A")
	anna.reads("Type the 2 digits")
	anna.types("41")
	anna.reads("Tries left: 2.")
	anna.reads("Type the 2 digits")
	anna.types("42")
	anna.reads("Approved.")
	if s := h.status(asked.ID); s != approval.StatusApproved {
		t.Errorf("status = %s", s)
	}
}

func TestATransactionShowsFirstWhatIsPaidToWhom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := sit(t, h.newPhone("Anna"))
	anna.runs()
	asked := h.ask(func(d *approval.Document) {
		d.Kind = approval.Transaction
		d.Match = approval.Match{Kind: approval.MatchEnter, Digits: 2}
		d.Details = []approval.Detail{{Label: "Amount", Value: "5 EUR", Role: approval.RoleAmount}, {Label: "To", Value: "Muster GmbH", Role: approval.RolePayee}}
	})
	text := anna.reads("[l]ater > ")
	if amount, browser := strings.Index(text, "5 EUR"), strings.Index(text, "Firefox"); amount < 0 || amount > browser || !strings.Contains(text, "TRANSACTION") {
		t.Errorf("shown: %s", text)
	}
	anna.types("r")
	anna.reads("Reported as fraud.")
	if s := h.status(asked.ID); s != approval.StatusReported {
		t.Errorf("status = %s", s)
	}
}

func TestAPromptEndsByItselfWhenAnotherPhoneAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna, bert := sit(t, h.newPhone("Anna")), h.newPhone("Bert")
	anna.runs()
	h.ask()
	anna.reads("[l]ater > ")
	anna.types("a")
	anna.reads("Type the 2 digits")
	must(bert.Decide(t.Context(), one(t, bert), phone.Approve, "42"))(t)
	anna.reads(`Already answered on "Bert's phone".`)
	h.ask()
	anna.reads("[l]ater > ")
	anna.types("d")
	anna.reads("Denied on this phone. The others are still asked.")
}

func TestAPromptEndsByItselfWhenTheTimeIsUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := sit(t, h.newPhone("Anna"))
	anna.runs()
	h.ask(func(d *approval.Document) { d.ExpiresAt = d.CreatedAt.Add(4 * time.Second) })
	anna.reads("[l]ater > ")
	anna.reads("This has expired.")
}

func TestWhatIsPutOffComesBackOnRequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := sit(t, h.newPhone("Anna"))
	anna.runs()
	anna.types("")
	anna.reads("Nothing is asked.")
	first, second := h.ask(), h.ask()
	anna.reads("[l]ater > ")
	anna.types("l")
	anna.reads("Put off.")
	anna.reads("[l]ater > ")
	anna.types("deny")
	anna.reads("Denied.")
	anna.types("")
	anna.reads("[l]ater > ")
	anna.types("report")
	anna.reads("Reported")
	if a, b := h.status(first.ID), h.status(second.ID); a != approval.StatusReported || b != approval.StatusDenied {
		t.Errorf("first %s, second %s", a, b)
	}
}

func TestARevokedPhoneSaysSoAndEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Anna")
	check(t, h.lasting.RevokeDevice(t.Context(), h.tenant.ID, h.account.ExternalID, p.Logins()[0].Device, outbox.Actor{}))
	anna := sit(t, p)
	if err := anna.term.Run(t.Context()); !errors.Is(err, phone.ErrNotEnrolled) {
		t.Errorf("got %v", err)
	}
	if text := anna.reads("registered nowhere"); strings.Contains(text, "Büro Süd") {
		t.Errorf("a login that is gone is shown: %s", text)
	}
	if err := anna.term.Run(t.Context()); !errors.Is(err, phone.ErrNotEnrolled) {
		t.Errorf("a second time: %v", err)
	}
}

func TestTheTerminalEndsWithItsInput(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := sit(t, h.newPhone("Anna"))
	check(t, anna.in.Close())
	check(t, anna.term.Run(t.Context()))
}
