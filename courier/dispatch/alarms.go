package dispatch

import (
	"sync"
	"time"
)

// alarms keeps one fault from filling the log: every message meets it until an operator mends it. The metrics count all.
type alarms struct {
	mu   sync.Mutex
	last map[alarm]time.Time
}

type alarm struct{ sender, reason string }

const alarmInterval = time.Minute

func newAlarms() *alarms { return &alarms{last: map[alarm]time.Time{}} }

// due reports whether a is to be told, for the first time or again.
func (l *alarms) due(a alarm, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, told := l.last[a]; told && now.Sub(last) < alarmInterval {
		return false
	}
	l.last[a] = now
	return true
}
