package factor

import "time"

// MaxFailures is how many consecutive wrong codes disable a method (NIST SP 800-63B-4, section 3.2.2).
const MaxFailures = 100

// firstPause is the consecutive failure from which on each one pauses the method.
const firstPause = 5

var pauses = []time.Duration{5 * time.Minute, 15 * time.Minute, 60 * time.Minute}

// Pause returns how long a method pauses after so many consecutive failures: 5, 15 and then always 60 minutes, from the
// fifth on. At MaxFailures it is disabled instead, until it is activated anew.
func Pause(failures int) (pause time.Duration, disabled bool) {
	switch {
	case failures >= MaxFailures:
		return 0, true
	case failures < firstPause:
		return 0, false
	}
	return pauses[min(failures-firstPause, len(pauses)-1)], false
}

// AttemptsLeft returns how many more wrong codes are taken before the method pauses or is disabled.
func AttemptsLeft(failures int) int { return max(firstPause-failures, 0) }

// ContactHold is how long a changed number or address confirms nothing: whoever took over a login must not bring one of
// their own, and whoever had the one before can object.
const ContactHold = 24 * time.Hour

// HeldUntil returns until when a number or address that was changed then confirms nothing; zero: it confirms.
func HeldUntil(changed, now time.Time) time.Time {
	until := changed.Add(ContactHold)
	if changed.IsZero() || !now.Before(until) {
		return time.Time{}
	}
	return until
}

// ActivationLife is how long the key of an authenticator app waits for its first code.
const ActivationLife = 15 * time.Minute
