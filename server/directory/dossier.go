package directory

import (
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

// dossierView is all that is kept about an account. Keys, signatures and codes are left out: they are secrets, or of no
// meaning to a person.
type dossierView struct {
	Account    accountView     `json:"account"`
	Devices    []ownDevice     `json:"devices"`
	Enrolments []enrolmentView `json:"enrolments"`
	Approvals  []approvalView  `json:"approvals"`
	Reports    []reportView    `json:"late_reports"`
	Invitation *invitationView `json:"invitation,omitempty"`
	Further    map[string]any  `json:"further"`
}

type ownDevice struct {
	deviceView
	Language      string `json:"language"`
	ScreenLock    bool   `json:"screen_lock"`
	Notifications bool   `json:"notifications"`
}

type enrolmentView struct {
	ID        string                  `json:"id"`
	Status    account.EnrolmentStatus `json:"status"`
	Device    string                  `json:"device"`
	CreatedAt time.Time               `json:"created_at"`
}

type approvalView struct {
	ID        string            `json:"id"`
	Kind      approval.Kind     `json:"kind"`
	Status    approval.Status   `json:"status"`
	Method    approval.Method   `json:"method,omitempty"`
	Decision  approval.Decision `json:"decision,omitempty"`
	Device    string            `json:"device,omitempty"`
	Label     string            `json:"label,omitempty"`
	Holder    string            `json:"holder,omitempty"`
	Document  string            `json:"document,omitempty"` // what the phones showed
	CreatedAt time.Time         `json:"created_at"`
	DecidedAt time.Time         `json:"decided_at"`
}

type reportView struct {
	Device     string    `json:"device"`
	Holder     string    `json:"holder"`
	ReportedAt time.Time `json:"reported_at"`
}

func shownDossier(d lasting.Dossier) dossierView {
	v := dossierView{
		Account: shownAccount(d.Entry), Devices: []ownDevice{}, Enrolments: []enrolmentView{}, Approvals: []approvalView{}, Reports: []reportView{},
		Further: map[string]any{},
	}
	for _, one := range d.Devices {
		v.Devices = append(v.Devices, ownDevice{
			deviceView: shownDevice(one), Language: one.Posture.Language, ScreenLock: one.Posture.ScreenLock, Notifications: one.Posture.Notifications,
		})
	}
	for _, e := range d.Enrolments {
		v.Enrolments = append(v.Enrolments, enrolmentView{ID: e.ID, Status: e.Status, Device: e.Device, CreatedAt: e.CreatedAt.UTC()})
	}
	for _, o := range d.Outcomes {
		v.Approvals = append(v.Approvals, shownApproval(o))
	}
	for _, l := range d.Reports {
		v.Reports = append(v.Reports, reportView{Device: l.Device, Holder: l.Holder, ReportedAt: l.ReportedAt.UTC()})
	}
	if i := d.Invitation; i != nil {
		shown := shownInvitation(*i)
		v.Invitation = &shown
	}
	return v
}

func shownApproval(o approval.Outcome) approvalView {
	return approvalView{
		ID: o.Approval, Kind: o.Kind, Status: o.Status, Method: o.Method, Decision: o.Decision, Device: o.Device, Label: o.Label, Holder: o.Holder,
		Document: string(o.Document), CreatedAt: o.CreatedAt.UTC(), DecidedAt: o.DecidedAt.UTC(),
	}
}
