package pushgw

import (
	"net/http"
	"time"

	"github.com/sideshow/apns2"
)

// What the SDK, older than Apple's list, may not have as a constant is compared as text.
const (
	// providerRest is how long Apple wants one provider token to be used at least.
	providerRest = 20 * time.Minute
	// providerPause is how long we wait when Apple says that we made too many.
	providerPause = time.Minute
)

func (a *APNs) failure(r *apns2.Response) *Failure {
	reason := word(r.Reason)
	switch {
	case r.StatusCode == http.StatusGone:
		return &Failure{Kind: Gone, Reason: reason, DeadSince: r.Timestamp.Time}
	case r.Reason == apns2.ReasonExpiredProviderToken && a.renewed():
		return &Failure{Kind: Again, Reason: reason}
	case r.Reason == apns2.ReasonTooManyProviderTokenUpdates:
		return &Failure{Kind: Again, Reason: reason, After: providerPause}
	case r.StatusCode == http.StatusTooManyRequests:
		return &Failure{Kind: Throttled, Reason: reason}
	case r.StatusCode >= 500:
		return &Failure{Kind: Again, Reason: reason}
	case r.Reason == apns2.ReasonBadDeviceToken:
		// Apple also says so of every token when production and sandbox are mixed up: no reason to throw them away.
		return &Failure{Kind: Refused, Reason: reason}
	default:
		return &Failure{Kind: Alarm, Reason: reason}
	}
}

// renewed makes the SDK sign a new provider token, if the last one is old enough for that.
func (a *APNs) renewed() bool {
	t := a.key.token
	t.Lock()
	defer t.Unlock()
	if a.now().Sub(time.Unix(t.IssuedAt, 0)) < providerRest {
		return t.IssuedAt == 0 // another attempt has just asked for a new one
	}
	t.IssuedAt = 0
	return true
}
