package account

import (
	"time"

	"github.com/jawort/jawort/refusal"
)

// How long a notice to a phone lives.
const (
	NoticePushed = 72 * time.Hour      // a phone is woken for it
	NoticeKept   = 90 * 24 * time.Hour // a phone can read it, where its tenant keeps personal data for as long
)

// MaxNotices bounds how many notices a phone gets at once.
const MaxNotices = 100

// ErrUnknownNotice says that a phone has no such notice.
var ErrUnknownNotice = refusal.New(refusal.NotFound, "unknown-notice", "There is no such notice, or it is not yours.")
