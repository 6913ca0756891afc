package account

import (
	"time"

	"github.com/jawort/jawort/approval"
)

// Audience is an account with everybody who is to be asked, and all that decides whether they are.
type Audience struct {
	Account    Account
	Group      Group                // zero: the account has none
	Recipients []approval.Recipient // installations of the active devices that have a push address, each once
	Devices    int                  // active devices, reachable or not
	Locked     bool                 // wrong numbers disabled a device
	Methods    []approval.Method    // active ones besides push
	Pauses     []Pause              // of these methods
	Passkeys   []string             // RP IDs under which it has some
	Browser    *PresentedBrowser    // whose token was presented; nil: none that is known
	Reported   bool                 // somebody reported a login of the same session or network
	At         time.Time            // when all this was so, by the database's clock
}

// PresentedBrowser is a browser that confirmed before, whatever has become of its trust.
type PresentedBrowser struct {
	ID      string
	Lineage string // the same over all confirmations of one browser
	Active  bool   // it was not ended, and the phone that confirmed it is registered
	Trust   Trust
}
