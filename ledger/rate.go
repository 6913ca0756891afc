package ledger

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/refusal"
)

// ErrTooMany refuses an SMS that came too soon after others. It carries the name of the limit and when to try again.
var ErrTooMany = refusal.New(refusal.TooMany, "sms-too-many",
	"Too many SMS were sent in a short time. Wait, or use another method.")

// ErrTooManyEmails refuses a code by e-mail that came too soon after others. It carries what ErrTooMany does.
var ErrTooManyEmails = refusal.New(refusal.TooMany, "email-too-many",
	"Too many codes were sent by e-mail in a short time. Wait, or use another method.")

// Rate is so many messages within a time. In JSON and YAML it is a text: "5/10m", "10/24h".
type Rate struct {
	Max int
	Per time.Duration
}

const (
	maxRate = 1_000_000
	maxPer  = 31 * 24 * time.Hour
)

// ParseRate reads a rate such as 5/10m.
func ParseRate(s string) (Rate, error) {
	count, per, _ := strings.Cut(s, "/")
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > maxRate {
		return Rate{}, errors.New("ledger: a rate begins with a number of messages")
	}
	d, err := time.ParseDuration(per)
	if err != nil || d < time.Minute || d > maxPer || d%time.Second != 0 {
		return Rate{}, errors.New("ledger: a rate ends with a time")
	}
	return Rate{Max: n, Per: d}, nil
}

func (r Rate) String() string {
	per := r.Per.String()
	for _, zero := range []string{"0s", "0m"} { // 10m0s is 10m, but 10m is not 1m
		if shorter := strings.TrimSuffix(per, zero); shorter != "" && strings.ContainsAny(shorter[len(shorter)-1:], "hm") {
			per = shorter
		}
	}
	return strconv.Itoa(r.Max) + "/" + per
}

// MarshalText implements encoding.TextMarshaler.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It never fails; Validate refuses what was no rate.
func (r *Rate) UnmarshalText(text []byte) error {
	parsed, err := ParseRate(string(text))
	if err != nil {
		parsed = Rate{}
	}
	*r = parsed
	return nil
}

func (r Rate) validate(field string) error {
	if r == (Rate{}) {
		return refusal.Field(field, `must be a number of messages and a time from 1m to 744h, such as "5/10m"`)
	}
	return nil
}

const (
	growth  = 8 // a window that is filled again and again becomes so many times as long,
	longest = 24 * time.Hour
)

// Window is what one subject was sent under one rate. It begins with its first message. A window that is filled right
// after one that was filled is twice as long, and so is the time to wait; one that was not filled ends the growth.
type Window struct {
	StartedAt time.Time
	Span      time.Duration
	Count     int
}

// Admit counts one more message, or says how long to wait; then nothing changes.
func (w Window) Admit(r Rate, now time.Time) (next Window, wait time.Duration) {
	ends := w.StartedAt.Add(w.Span)
	switch {
	case now.Before(ends) && w.Count >= r.Max:
		return w, ends.Sub(now)
	case now.Before(ends):
		w.Count++
		return w, 0
	case w.Count >= r.Max && now.Before(ends.Add(w.Span)):
		return Window{StartedAt: now, Span: r.longer(w.Span), Count: 1}, 0
	default:
		return Window{StartedAt: now, Span: r.Per, Count: 1}, 0
	}
}

// GiveBack takes back one message that was counted at a time. A window that has begun since does not have it.
func (w Window) GiveBack(counted time.Time) Window {
	if w.Count > 0 && !counted.Before(w.StartedAt) {
		w.Count--
	}
	return w
}

// Queue counts one more message in the first window that has room for it, and says from when on it may be sent.
func (w Window) Queue(r Rate, now time.Time) (next Window, from time.Time) {
	next, wait := w.Admit(r, now)
	if wait > 0 {
		next, _ = w.Admit(r, now.Add(wait))
	}
	if next.StartedAt.After(now) {
		return next, next.StartedAt
	}
	return next, now
}

// longer never makes a day's rate longer: who has filled a day has waited long enough.
func (r Rate) longer(span time.Duration) time.Duration {
	return max(r.Per, min(2*span, growth*r.Per, longest))
}

// ForgetAt returns from when on the window says nothing any more.
func (w Window) ForgetAt() time.Time { return w.StartedAt.Add(2 * w.Span) }
