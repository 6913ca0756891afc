package bench

import "time"

// Measures are what the logins of a window took.
type Measures struct {
	Done    int // logins that were told their end within the window
	Create  []time.Duration
	Push    []time.Duration
	Decided []time.Duration

	Approved, Denied, ByCode, ByTrust int // of those
	Unwoken                           int // phones were opened without a push
	Unpushed                          int // policy woke nobody
}

// Measure takes the samples of the logins that began in the window.
func (l *Load) Measure(w Window) Measures {
	var m Measures
	for _, s := range l.journal.Logins() {
		if within(w, s.Ended) {
			m.Done++
		}
		if !s.Measured || !within(w, s.Intended) || s.ID == "" {
			continue
		}
		m.Create = append(m.Create, s.Created)
		m.Push = append(m.Push, l.pushes(s)...)
		if s.Decided > 0 {
			m.Decided = append(m.Decided, s.Decided)
		}
		m.count(s)
	}
	return m
}

func within(w Window, t time.Time) bool { return !t.Before(w.Begin) && t.Before(w.End) }

// pushes returns how long after the login's start a service accepted each of its pushes.
func (l *Load) pushes(s *Login) (took []time.Duration) {
	for _, w := range s.Woken {
		if at := l.bells.accepted(ring{s.ID, w.Token}); !at.IsZero() {
			took = append(took, at.Sub(s.Intended))
		}
	}
	return took
}

func (m *Measures) count(s *Login) {
	switch s.Site {
	case Sight{"approved", "totp"}:
		m.ByCode++
	case Sight{"approved", "trusted_browser"}:
		m.ByTrust++
	case Sight{"approved", "push"}:
		m.Approved++
	default:
		if s.Site.Status == "denied" {
			m.Denied++
		}
	}
	if s.Unwoken {
		m.Unwoken++
	}
	if s.Waited && len(s.Woken) == 0 {
		m.Unpushed++
	}
}
