package phone

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// stage is what the person is asked at the moment.
type stage int

const (
	idle stage = iota
	choosing
	typing  // the number
	sending // what was decided
)

// session is one run of the terminal. Only its loop touches it.
type session struct {
	*Terminal
	stage       stage
	current     Item
	pending     []Item
	put         map[string]bool // put off or done: not shown again by itself
	trouble     string          // what was said of the servers the last time; empty: all answered
	unconfirmed []string        // devices whose digits nobody has typed yet
	told        map[string]bool // notices and recoveries
	stopped     map[string]bool // recoveries: a look that began before still brings them
	untold      news            // as it came last
	expiry      *time.Timer
	answers     chan answered
}

type answered struct {
	decision Decision
	answer   Answer
	err      error
}

// Run shows what is asked, until ctx or In ends.
func (t *Terminal) Run(ctx context.Context) error {
	if len(t.Phone.Logins()) == 0 {
		return ErrNotEnrolled
	}
	s := &session{Terminal: t, put: map[string]bool{}, told: map[string]bool{}, stopped: map[string]bool{}, expiry: time.NewTimer(0), answers: make(chan answered, 1)}
	listed, err := s.begin(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	sightings := t.watch(ctx, listed)
	defer func() {
		cancel()
		for range sightings { // until watch has ended
		}
		if s.stage == sending {
			<-s.answers
		}
		s.expiry.Stop()
	}()
	return s.loop(ctx, sightings)
}

// begin greets with the logins that are left, and returns what the servers list.
func (s *session) begin(ctx context.Context) ([]Device, error) {
	listed, err := s.Phone.tidy(ctx)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if len(s.Phone.Logins()) == 0 {
		return nil, s.nowhere()
	}
	s.unconfirmed = unconfirmed(listed)
	s.welcome()
	n, unknown := s.news(ctx)
	s.remark(errors.Join(err, unknown))
	s.untold = n
	return listed, nil
}

func (s *session) nowhere() error {
	s.say("\nThis phone is registered nowhere any more.\n")
	return ErrNotEnrolled
}

func (s *session) loop(ctx context.Context, sightings <-chan sighting) error {
	for {
		s.tell(ctx)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case seen, ok := <-sightings:
			if !ok {
				return context.Cause(ctx)
			}
			if errors.Is(seen.err, ErrNotEnrolled) {
				return s.nowhere()
			}
			s.see(ctx, seen)
		case line, ok := <-s.read():
			if !ok {
				return nil
			}
			s.typed(ctx, line)
		case a := <-s.answers:
			s.heard(ctx, a)
		case <-s.expiry.C:
			s.expire()
		}
	}
}

func same(a, b Item) bool { return a.ID == b.ID && a.Device == b.Device }

func name(i Item) string { return i.ID + " " + i.Device }

// see takes in what is pending: the open prompt may have become pointless, a new one due.
func (s *session) see(ctx context.Context, seen sighting) {
	if ctx.Err() != nil {
		return
	}
	s.remark(seen.err)
	s.confirmed(seen.listed)
	s.pending = seen.items
	gone := !slices.ContainsFunc(seen.items, func(i Item) bool { return same(i, s.current) })
	if (s.stage == choosing || s.stage == typing) && gone {
		s.gone(ctx)
	}
	s.untold = seen.news
	s.next()
}

// confirmed greets a device whose digits have been typed.
func (s *session) confirmed(listed []Device) {
	now := func(d Device) bool { return d.Status == "active" && slices.Contains(s.unconfirmed, d.ID) }
	if slices.ContainsFunc(listed, now) {
		s.say("\nConfirmed. Waiting for questions.\n")
	}
	if len(listed) > 0 {
		s.unconfirmed = unconfirmed(listed)
	}
}

// gone says why the open prompt has become pointless.
func (s *session) gone(ctx context.Context) {
	_, err := s.Phone.Approval(ctx, s.current.Server, s.current.ID)
	switch Code(err) {
	case CodeAlreadyDecided, CodeExpired:
		s.say("\n\n%s\n", s.refusal(err))
	default:
		s.say("\n\nThis has ended.\n")
	}
	s.done()
}

// next shows the oldest question that was not put off, if none is open.
func (s *session) next() {
	if s.stage != idle {
		return
	}
	for _, i := range s.pending {
		if !s.put[name(i)] {
			s.open(i)
			return
		}
	}
}

func (s *session) open(i Item) {
	if i.Err != nil {
		s.say("\nA question came that cannot be shown: %s\n", clean(i.Err.Error()))
		s.put[name(i)] = true
		s.next()
		return
	}
	s.current, s.stage = i, choosing
	s.expiry.Reset(i.Document.ExpiresAt.Sub(s.now()))
	s.show(i)
	s.choices()
}

// done closes the prompt for good.
func (s *session) done() {
	s.put[name(s.current)] = true
	s.current, s.stage = Item{}, idle
}

func (s *session) expire() {
	if s.stage != choosing && s.stage != typing {
		return
	}
	s.say("\n\nThis has expired. Nothing was approved.\n")
	s.done()
	s.next()
}

func (s *session) typed(ctx context.Context, line string) {
	switch s.stage {
	case idle:
		if strings.EqualFold(line, "stop") {
			s.stop(ctx)
			return
		}
		s.again()
	case choosing:
		s.choose(ctx, strings.ToLower(line))
	case typing:
		s.number(ctx, line)
	case sending: // one thing after the other
	}
}

// again shows what was put off.
func (s *session) again() {
	for _, i := range s.pending {
		delete(s.put, name(i))
	}
	s.next()
	if s.stage == idle {
		s.say("Nothing is asked.\n")
	}
}

func (s *session) choose(ctx context.Context, line string) {
	switch line {
	case "a", "approve":
		if s.current.Document.Match.Kind == "none" {
			s.send(ctx, Approve, "")
			return
		}
		s.stage = typing
		s.askNumber()
	case "d", "deny":
		s.send(ctx, Deny, "")
	case "r", "report":
		s.send(ctx, Report, "")
	case "l", "later":
		s.say("Put off. Press Enter to see it again.\n")
		s.done()
		s.next()
	default:
		s.choices()
	}
}

func (s *session) number(ctx context.Context, line string) {
	if line == "" {
		s.stage = choosing
		s.choices()
		return
	}
	if len(line) != s.current.Document.Match.Digits || strings.Trim(line, "0123456789") != "" {
		s.askNumber()
		return
	}
	s.send(ctx, Approve, line)
}

func (s *session) send(ctx context.Context, d Decision, number string) {
	s.stage = sending
	s.say("Sending …\n")
	i := s.current
	go func() {
		a, err := s.Phone.Decide(ctx, i, d, number)
		s.answers <- answered{d, a, err}
	}()
}

// heard tells the person what came of it.
func (s *session) heard(ctx context.Context, a answered) {
	var e *Error
	if errors.As(a.err, &e) && e.Code == CodeWrongNumber && e.AttemptsLeft > 0 {
		s.say("%s\n", s.refusal(a.err))
		s.stage = typing
		s.askNumber()
		return
	}
	switch {
	case status(a.err) == http.StatusUnauthorized:
		s.say("The server does not accept this phone for this account.\n")
	case a.err != nil && ctx.Err() == nil:
		s.say("%s\n", s.refusal(a.err))
	case a.err == nil:
		s.say("%s\n", thanks(a))
	}
	s.done()
	s.next()
}
