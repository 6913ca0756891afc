package keys

import (
	"fmt"
	"slices"
	"time"

	"github.com/SherClockHolmes/webpush-go"
)

// VAPID is a Web Push key pair as base64url (RFC 8292). A subscription is bound to the public key that it was made with.
type VAPID struct {
	Public  string `json:"public"`
	Private string `json:"private"`
}

// VAPID returns the key that phones subscribe with.
func (s *Set) VAPID() (public, private string) { return s.vapid[0].Public, s.vapid[0].Private }

// VAPIDs returns all, also those of earlier subscriptions, the one of VAPID first.
func (s *Set) VAPIDs() []VAPID { return s.vapid }

// FirstVAPID returns the key that has been there for the longest time: an address that does not name its key is of it.
func (s *Set) FirstVAPID() VAPID {
	first := s.vapid[0]
	var until time.Time
	for _, k := range s.Keys() {
		if k.Kind == WebPush && !k.WroteUntil.IsZero() && (until.IsZero() || k.WroteUntil.Before(until)) {
			until = k.WroteUntil
			first = s.vapid[slices.IndexFunc(s.vapid, func(v VAPID) bool { return v.Public == k.Public })]
		}
	}
	return first
}

// DroppedVAPIDs are the public keys that were given up.
func (s *Set) DroppedVAPIDs() []string { return s.droppedVAPID }

func newVAPID() (VAPID, error) {
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return VAPID{}, fmt.Errorf("keys: make VAPID key: %w", err)
	}
	return VAPID{Public: public, Private: private}, nil
}
