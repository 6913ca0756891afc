package account

import (
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// TrustedBrowser is a browser that confirmed and is not asked again until then.
type TrustedBrowser struct {
	ID          string
	Hash        []byte // of its token
	Approval    string // that it confirmed
	Application string
	Device      string // the phone that approved; empty where it was another method
	Method      approval.Method
	ACR         ACR
	Set         string // see Application.Set
	Family      string
	System      string
	Country     string
	Lineage     string // the same over all confirmations of one browser
	Remembered  bool
	For         time.Duration // how long it is trusted, from its confirmation on
	ConfirmedAt time.Time
	ExpiresAt   time.Time
	LastUsedAt  time.Time // zero: never
}

// ErrUnknownBrowser is the refusal of a trusted browser that is not there.
var ErrUnknownBrowser = refusal.New(refusal.NotFound, "unknown-browser",
	"There is no such trusted browser, or it is not yours.")
