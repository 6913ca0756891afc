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

// NumberHold is how long a changed number confirms nothing, so that whoever had it before can object.
const NumberHold = 24 * time.Hour

// ActivationLife is how long the key of an authenticator app waits for its first code.
const ActivationLife = 15 * time.Minute
