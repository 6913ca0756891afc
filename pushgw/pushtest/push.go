package pushtest

import (
	"net/http"
	"time"
)

// Push is a push that a fake has accepted.
type Push struct {
	App     string // FCM and Huawei: project; APNs: topic; Web Push: empty
	Token   string // FCM, APNs and Huawei: device token; Web Push: the subscription's endpoint
	Payload []byte // FCM and Huawei: the message; APNs: the payload; Web Push: the decrypted plaintext
	Header  http.Header
	At      time.Time

	// What the app on the phone is given.
	Type, ID    string // the members "type" and "id"
	Title, Body string
}

// Reaction is how a fake answers one request. The zero value accepts it.
type Reaction struct {
	Status     int           // 0: as the checks say, 200 or 201 where all hold
	Code       string        // the service's own word, e.g. UNREGISTERED or BadDeviceToken
	RetryAfter string        // the header's value
	Since      time.Time     // APNs: the timestamp of a 410
	Raw        string        // the body in place of the service's own
	Delay      time.Duration // waits before it answers
	silent     bool
	cut        bool
	swallow    bool
}

// Accept answers as the service does when all is well.
func Accept() Reaction { return Reaction{} }

// Slow answers after a delay.
func Slow(d time.Duration) Reaction { return Reaction{Delay: d} }

// Refuse answers with a status and the service's own word for the reason.
func Refuse(status int, code string) Reaction { return Reaction{Status: status, Code: code} }

// After returns r with a Retry-After header: seconds or an HTTP date.
func (r Reaction) After(value string) Reaction {
	r.RetryAfter = value
	return r
}

// DeadSince returns r with the moment since which the token is known to be dead.
func (r Reaction) DeadSince(t time.Time) Reaction {
	r.Since = t
	return r
}

// Silent reads the request and never answers.
func Silent() Reaction { return Reaction{silent: true} }

// Cut closes the connection in place of an answer.
func Cut() Reaction { return Reaction{cut: true} }

// AcceptAndCut delivers the push, but closes the connection in place of an answer.
func AcceptAndCut() Reaction { return Reaction{cut: true, swallow: true} }

// AcceptSilently delivers the push and never answers.
func AcceptSilently() Reaction { return Reaction{silent: true, swallow: true} }
