package edge

import (
	"net/http"
	"time"
)

// Hurry gives bodies another time to arrive.
func (m *Mux) Hurry(bodyTime time.Duration) { m.bodyTime = bodyTime }

// KeptSources is how many sources are kept at most.
const KeptSources = keptSources

// Kept is how many sources are kept.
func (s *Sources) Kept() int { return len(s.known) }

// Begin counts a request before anybody is asked who sends it.
func (s *Sources) Begin(r *http.Request, now time.Time) (*visit, error) { return s.begin(r, now) }
