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
	Account      accountView       `json:"account"`
	Devices      []ownDevice       `json:"devices"`
	Enrolments   []enrolmentView   `json:"enrolments"`
	Approvals    []approvalView    `json:"approvals"`
	Denies       []denyView        `json:"denies"`
	WrongNumbers []wrongNumberView `json:"wrong_numbers"`
	Reports      []reportView      `json:"late_reports"`
	Browsers     []browserView     `json:"trusted_browsers"`
	Pauses       []pauseView       `json:"pauses"`
	Recoveries   []recoveryView    `json:"recoveries"`
	Notices      []noticeView      `json:"notices"`
	Portals      []portalView      `json:"portal_sessions"`
	Invitation   *invitationView   `json:"invitation,omitempty"`
	Further      map[string]any    `json:"further"`
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
	Authority account.Authority       `json:"authority"`
	Proof     approval.Method         `json:"proof,omitempty"`
	CreatedAt time.Time               `json:"created_at"`
	ExpiresAt time.Time               `json:"expires_at"`
}

type recoveryView struct {
	ID          string                 `json:"id"`
	Application string                 `json:"application"`
	Status      account.RecoveryStatus `json:"status"`
	CreatedAt   time.Time              `json:"created_at"`
	OpensAt     time.Time              `json:"opens_at"`
	ExpiresAt   time.Time              `json:"expires_at"`
}

func shownDossier(d lasting.Dossier) (dossierView, error) {
	approvals, err := shownApprovals(d.Outcomes)
	if err != nil {
		return dossierView{}, err
	}
	v := dossierView{
		Account: shownAccount(d.Entry), Devices: each(d.Devices, shownOwn), Enrolments: each(d.Enrolments, shownEnrolment), Approvals: approvals,
		Denies: each(d.Denies, shownDeny), WrongNumbers: each(d.WrongNumbers, shownWrongNumber), Reports: each(d.Reports, shownReport),
		Browsers: each(d.Browsers, shownBrowser), Pauses: each(d.Pauses, shownPause), Recoveries: each(d.Recoveries, shownRecovery),
		Notices: each(d.Notices, shownNotice), Portals: each(d.Portals, shownPortal),
		Further: map[string]any{},
	}
	if i := d.Invitation; i != nil {
		shown := shownInvitation(*i)
		v.Invitation = &shown
	}
	return v, nil
}

// each shows all of them; none are an empty list.
func each[Kept, View any](all []Kept, shown func(Kept) View) []View {
	views := make([]View, len(all))
	for i, one := range all {
		views[i] = shown(one)
	}
	return views
}

func shownOwn(d account.Device) ownDevice {
	return ownDevice{deviceView: shownDevice(d), Language: d.Posture.Language, ScreenLock: d.Posture.ScreenLock, Notifications: d.Posture.Notifications}
}

func shownEnrolment(e lasting.Enrolled) enrolmentView {
	return enrolmentView{
		ID: e.ID, Status: e.Status, Device: e.Device, Authority: e.Authority, Proof: e.Proof, CreatedAt: e.CreatedAt.UTC(), ExpiresAt: e.ExpiresAt.UTC(),
	}
}

func shownRecovery(r account.Recovery) recoveryView {
	return recoveryView{ID: r.ID, Application: r.Application, Status: r.Status, CreatedAt: r.CreatedAt.UTC(), OpensAt: r.OpensAt.UTC(), ExpiresAt: r.ExpiresAt.UTC()}
}
