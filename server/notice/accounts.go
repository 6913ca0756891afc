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
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// announcement is what an account's people are told. Without an occasion it is nothing.
type announcement struct {
	occasion courier.Occasion
	fact     string // see courier.Values
	when     time.Time
	instead  map[courier.Channel]string // where it goes in place of what is on record; empty: nowhere
	but      courier.Channel            // by which it was proven: who holds that has nothing to learn; empty: none
	ifHeld   approval.Method            // only where what its codes go to confirms nothing for a while: otherwise there was nothing to protect

	// Phones that are not told: who did it there has nothing to learn.
	butDevice       string
	butInstallation string
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

// newDevice leaves out the device itself. Another device on the same phone is told: somebody else may hold it.
func newDevice(_ context.Context, _ Directory, e outbox.Event) (announcement, error) {
	data, err := read[struct {
		Platform string          `json:"platform"`
		Proof    courier.Channel `json:"proof"` // empty: no code went out
	}](e, e.Data)
	return announcement{
		occasion: courier.NewDevice, fact: data.Platform, when: e.At, but: data.Proof, butDevice: e.Subject,
	}, err
}

func newMethod(_ context.Context, _ Directory, e outbox.Event) (announcement, error) {
	data, err := read[struct {
		Method approval.Method `json:"method"`
	}](e, e.Data)
	return announcement{occasion: courier.NewMethod, fact: string(data.Method), when: e.At, but: channelOf[data.Method]}, err
}

// channelOf is how the code of a method gets to the person, which proves it.
var channelOf = map[approval.Method]courier.Channel{approval.MethodSMS: courier.SMS, approval.MethodEmail: courier.Email}

// moved is the personal part of a change; it is empty where it was erased meanwhile.
type moved struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// ifNew names the method where there was no number or address before.
func ifNew(m moved, method approval.Method) approval.Method {
	if m.Old != "" {
		return ""
	}
	return method
}

func changedNumber(_ context.Context, _ Directory, e outbox.Event) (announcement, error) {
	change, err := read[moved](e, e.Personal)
	return announcement{
		occasion: courier.ChangedNumber, fact: masked(change.New, factor.MaskPhone), when: e.At,
		instead: map[courier.Channel]string{courier.SMS: change.Old}, ifHeld: ifNew(change, approval.MethodSMS),
	}, err
}

func changedAddress(_ context.Context, _ Directory, e outbox.Event) (announcement, error) {
	change, err := read[moved](e, e.Personal)
	return announcement{
		occasion: courier.ChangedAddress, fact: masked(change.New, factor.MaskAddress), when: e.At,
		instead: map[courier.Channel]string{courier.Email: change.Old}, ifHeld: ifNew(change, approval.MethodEmail),
	}, err
}

func masked(s string, mask func(string) string) string {
	if s == "" {
		return ""
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

// report is worse than another where the approval had let somebody in. It goes to the other phones: the one that reported is the channel by
// which it happened, and its holder has been told on the spot.
func report(ctx context.Context, d Directory, e outbox.Event) (announcement, error) {
	a := announcement{occasion: courier.ReportedLogin, when: e.At, butInstallation: e.Installation}
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
