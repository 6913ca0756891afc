package notice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/locale"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// announcement is what an account's people are told. Without an occasion it is nothing.
type announcement struct {
	occasion courier.Occasion
	when     time.Time
	instead  map[courier.Channel]string // where it goes in place of what is on record; empty: nowhere
	ifHeld   bool                       // only where the change confirms nothing for a while: otherwise there was nothing to protect
	fill     func(language string, v *courier.Values)
}

// aboutAccounts reads the events that an account's people are told of.
var aboutAccounts = map[string]func(ctx context.Context, d Directory, e outbox.Event) (announcement, error){
	lasting.DeviceEnrolled:      newDevice,
	lasting.RecoveryAnnounced:   recovery,
	lasting.AccountReset:        reset,
	factors.MethodActivated:     newMethod,
	factors.RecoveryRenewed:     newMethod,
	lasting.AccountPhoneChanged: changedNumber,
	lasting.AccountEmailChanged: changedAddress,
	lasting.LateReportEvent:     report,
	outbox.ApprovalEnded:        reported,
}

// newDevice leaves out the channel by which the binding was proven: who holds that has nothing to learn.
func newDevice(_ context.Context, _ Directory, e outbox.Event) (announcement, error) {
	data, err := read[struct {
		Platform string          `json:"platform"`
		Proof    courier.Channel `json:"proof"` // empty: no code went out
	}](e, e.Data)
	return announcement{
		occasion: courier.NewDevice, when: e.At, instead: map[courier.Channel]string{data.Proof: ""},
		fill: func(language string, v *courier.Values) {
			v.Device = locale.Text(language, "notice.device."+data.Platform)
		},
	}, err
}

func newMethod(_ context.Context, _ Directory, e outbox.Event) (announcement, error) {
	data, err := read[struct {
		Method approval.Method `json:"method"`
	}](e, e.Data)
	return announcement{
		occasion: courier.NewMethod, when: e.At, instead: map[courier.Channel]string{courier.Channel(data.Method): ""},
		fill: func(language string, v *courier.Values) {
			v.Method = locale.Text(language, "notice.method."+string(data.Method))
		},
	}, err
}

// moved is the personal part of a change; it is empty where it was erased meanwhile.
type moved struct {
	Old string `json:"old"`
	New string `json:"new"`
}

func changedNumber(_ context.Context, _ Directory, e outbox.Event) (announcement, error) {
	change, err := read[moved](e, e.Personal)
	return announcement{
		occasion: courier.ChangedNumber, when: e.At, instead: map[courier.Channel]string{courier.SMS: change.Old}, ifHeld: change.Old == "",
		fill: func(language string, v *courier.Values) { v.Number = masked(language, change.New, factor.MaskPhone) },
	}, err
}

func changedAddress(_ context.Context, _ Directory, e outbox.Event) (announcement, error) {
	change, err := read[moved](e, e.Personal)
	return announcement{
		occasion: courier.ChangedAddress, when: e.At, instead: map[courier.Channel]string{courier.Email: change.Old}, ifHeld: change.Old == "",
		fill: func(language string, v *courier.Values) { v.Address = masked(language, change.New, factor.MaskAddress) },
	}, err
}

func masked(language, s string, mask func(string) string) string {
	if s == "" {
		return locale.Text(language, "notice.none")
	}
	return mask(s)
}

func recovery(_ context.Context, _ Directory, e outbox.Event) (announcement, error) {
	data, err := read[struct {
		OpensAt time.Time `json:"opens_at"`
	}](e, e.Data)
	return announcement{occasion: courier.RecoveryPending, when: data.OpensAt}, err
}

func reset(_ context.Context, _ Directory, e outbox.Event) (announcement, error) {
	return announcement{occasion: courier.AccountReset, when: e.At}, nil
}

// reported says nothing of any other end.
func reported(ctx context.Context, d Directory, e outbox.Event) (announcement, error) {
	end, err := outbox.EndOf(e)
	if err != nil || end.Status != approval.StatusReported {
		return announcement{}, err
	}
	return report(ctx, d, e)
}

// report is worse than another where the approval had let somebody in.
func report(ctx context.Context, d Directory, e outbox.Event) (announcement, error) {
	a := announcement{occasion: courier.ReportedLogin, when: e.At}
	o, err := d.Outcome(ctx, e.Subject)
	switch {
	case errors.Is(err, approval.ErrUnknown):
		return a, nil
	case err != nil:
		return announcement{}, err
	case o.Status == approval.StatusApproved:
		a.occasion = courier.LateReport
	case o.Kind == approval.Transaction:
		a.occasion = courier.ReportedTransaction
	}
	return a, nil
}

// read decodes a part of an event; nothing is read from nothing.
func read[T any](e outbox.Event, part any) (v T, err error) {
	raw, _ := part.(json.RawMessage)
	if len(raw) == 0 {
		return v, nil
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("notice: %s: %w", e.Kind, err)
	}
	return v, nil
}
