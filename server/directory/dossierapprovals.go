package directory

import (
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

// approvalView is an approval that has ended. Who wants its signature as well asks for its receipt.
type approvalView struct {
	ID          string            `json:"id"`
	Application string            `json:"application"`
	Kind        approval.Kind     `json:"kind"`
	Status      approval.Status   `json:"status"`
	Method      approval.Method   `json:"method,omitempty"`
	Decision    approval.Decision `json:"decision,omitempty"`
	Number      string            `json:"number,omitempty"` // that was typed
	Device      string            `json:"device,omitempty"`
	Passkey     string            `json:"passkey,omitempty"`
	Label       string            `json:"label,omitempty"`
	Holder      string            `json:"holder,omitempty"`
	Browser     string            `json:"trusted_browser,omitempty"` // by which nobody was asked
	Document    string            `json:"document,omitempty"`        // what the phones showed
	Context     *approval.Context `json:"context,omitempty"`         // what was known of browser and account
	CreatedAt   time.Time         `json:"created_at"`
	DecidedAt   time.Time         `json:"decided_at"`
}

type denyView struct {
	Approval  string    `json:"approval"`
	Device    string    `json:"device"`
	Reason    string    `json:"reason"`
	DecidedAt time.Time `json:"decided_at"`
}

type wrongNumberView struct {
	Approval string `json:"approval"`
	Device   string `json:"device"`
	Number   string `json:"number"`
}

type reportView struct {
	Approval   string    `json:"approval"`
	Device     string    `json:"device,omitempty"` // empty: the account's own person, in the portal
	Holder     string    `json:"holder"`
	ReportedAt time.Time `json:"reported_at"`
}

func shownApprovals(all []approval.Outcome) ([]approvalView, error) {
	views := make([]approvalView, len(all))
	for i, o := range all {
		views[i] = shownApproval(o)
		if o.Context == "" {
			continue
		}
		context, err := approval.ParseContext(o.Context)
		if err != nil {
			return nil, err
		}
		context.Session = "" // a hash
		views[i].Context = &context
	}
	return views, nil
}

func shownApproval(o approval.Outcome) approvalView {
	device, passkey := confirmer(o.Method, o.Device)
	return approvalView{
		ID: o.Approval, Application: o.Application, Kind: o.Kind, Status: o.Status, Method: o.Method, Decision: o.Decision, Number: o.Number,
		Device: device, Passkey: passkey, Label: o.Label, Holder: o.Holder, Browser: o.Browser, Document: string(o.Document),
		CreatedAt: o.CreatedAt.UTC(), DecidedAt: o.DecidedAt.UTC(),
	}
}

// confirmer tells the phone from the passkey by which something was confirmed.
func confirmer(by approval.Method, id string) (device, passkey string) {
	if by == approval.MethodPasskey {
		return "", id
	}
	return id, ""
}

func shownDeny(d lasting.PartialDeny) denyView {
	return denyView{Approval: d.Approval, Device: d.Device, Reason: d.Reason, DecidedAt: d.DecidedAt.UTC()}
}

func shownWrongNumber(n lasting.WrongNumber) wrongNumberView {
	return wrongNumberView{Approval: n.Approval, Device: n.Device, Number: n.Number}
}

func shownReport(r lasting.Reported) reportView {
	return reportView{Approval: r.Approval, Device: r.Device, Holder: r.Holder, ReportedAt: r.ReportedAt.UTC()}
}
