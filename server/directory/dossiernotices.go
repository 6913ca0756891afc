package directory

import (
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/lasting"
)

// noticeView is what a phone was told about the account.
type noticeView struct {
	ID       string           `json:"id"`
	Device   string           `json:"device"`
	Occasion courier.Occasion `json:"occasion"`
	Fact     string           `json:"fact,omitempty"`
	At       time.Time        `json:"at"`
	ReadAt   *time.Time       `json:"read_at,omitempty"`
}

func shownNotice(n lasting.KeptNotice) noticeView {
	return noticeView{ID: n.ID, Device: n.Device, Occasion: n.Occasion, Fact: n.Fact, At: n.At.UTC(), ReadAt: shownTime(n.ReadAt)}
}
