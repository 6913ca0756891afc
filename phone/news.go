package phone

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// news is what the person is told without being asked anything.
type news struct {
	notices    []Notice
	recoveries []Recovery
}

func (n news) ids() []string {
	var ids []string
	for _, one := range n.notices {
		ids = append(ids, one.ID)
	}
	for _, r := range n.recoveries {
		ids = append(ids, r.ID)
	}
	return ids
}

// beyond reports whether there is something that was not there before.
func (n news) beyond(before news) bool {
	known := before.ids()
	return slices.ContainsFunc(n.ids(), func(id string) bool { return !slices.Contains(known, id) })
}

// news asks for it. What one server does not tell comes another time.
func (t *Terminal) news(ctx context.Context) (news, error) {
	notices, unread := t.Phone.Notices(ctx)
	recoveries, unseen := t.Phone.Recoveries(ctx)
	return news{notices, recoveries}, errors.Join(unread, unseen)
}

// tell shows what was not shown yet, unless a question is open: that comes first.
func (s *session) tell(ctx context.Context) {
	if s.stage != idle {
		return
	}
	for _, n := range s.untold.notices {
		s.notice(ctx, n)
	}
	s.untold.notices = nil
	for _, r := range s.untold.recoveries {
		if !s.told[r.ID] {
			s.told[r.ID] = true
			s.recovery(r)
		}
	}
}

// notice is shown once for all devices of this phone, and has been read then.
func (s *session) notice(ctx context.Context, n Notice) {
	if !s.told[n.ID] {
		s.told[n.ID] = true
		s.say("\n%s, %s at %s:\n", n.At.Local().Format("2 Jan 15:04"), clean(n.Account.Label), clean(n.Tenant.Name))
		for line := range strings.SplitSeq(n.Text, "\n") {
			s.say("  %s\n", clean(line))
		}
	}
	_ = s.Phone.ReadNotice(ctx, n) // where it fails the notice comes again, and is not shown again
}

func (s *session) recovery(r Recovery) {
	s.say("\nSomebody without a phone gets a new one for %s at %s, from %s on.\n",
		clean(r.Account.Label), clean(r.Tenant.Name), r.OpensAt.Local().Format("2 Jan 15:04"))
	s.say("If you do not know why: type stop to stop it.\n")
}

// stop ends all recoveries that were shown.
func (s *session) stop(ctx context.Context) {
	running := slices.DeleteFunc(slices.Clone(s.untold.recoveries), func(r Recovery) bool { return s.stopped[r.ID] })
	if len(running) == 0 {
		s.say("There is nothing to stop.\n")
		return
	}
	for _, r := range running {
		if err := s.Phone.StopRecovery(ctx, r); err != nil {
			s.say("%s\n", s.refusal(err))
			continue
		}
		s.stopped[r.ID] = true
		s.say("Stopped. Nobody gets a phone for %s by it.\n", clean(r.Account.Label))
	}
	s.untold.recoveries = nil
}
