package directory

import (
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

// browserView is a browser that confirmed, whether it is trusted still or not.
type browserView struct {
	ID          string          `json:"id"`
	Approval    string          `json:"approval"`
	Application string          `json:"application"`
	Device      string          `json:"device,omitempty"`
	Passkey     string          `json:"passkey,omitempty"`
	Method      approval.Method `json:"method"`
	ACR         account.ACR     `json:"acr,omitempty"`
	Set         string          `json:"applications"` // an id, or the name of a set
	Family      string          `json:"browser"`
	System      string          `json:"os"`
	Country     string          `json:"country,omitempty"`
	Lineage     string          `json:"lineage"` // the same over all confirmations of one browser
	Remembered  bool            `json:"remembered"`
	ConfirmedAt time.Time       `json:"confirmed_at"`
	ExpiresAt   time.Time       `json:"expires_at"`
	EndedAt     *time.Time      `json:"ended_at,omitempty"`
	EndedBy     string          `json:"ended_by,omitempty"`
}

// pauseView is a network from which nobody wakes the phones since a login from there was reported.
type pauseView struct {
	Approval string     `json:"approval"`
	Network  string     `json:"network,omitempty"`
	PausedAt time.Time  `json:"paused_at"`
	LiftedAt *time.Time `json:"lifted_at,omitempty"`
	LiftedBy string     `json:"lifted_by,omitempty"`
}

func shownBrowser(b lasting.KeptBrowser) browserView {
	device, passkey := confirmer(b.Method, b.Device)
	return browserView{
		ID: b.ID, Approval: b.Approval, Application: b.Application, Device: device, Passkey: passkey, Method: b.Method, ACR: b.ACR, Set: b.Set, Family: b.Family,
		System: b.System, Country: b.Country, Lineage: b.Lineage, Remembered: b.Remembered, ConfirmedAt: b.ConfirmedAt.UTC(), ExpiresAt: b.ExpiresAt.UTC(),
		EndedAt: shownTime(b.EndedAt), EndedBy: b.EndedBy,
	}
}

func shownPause(p lasting.ReportPause) pauseView {
	return pauseView{Approval: p.Approval, Network: p.Network, PausedAt: p.PausedAt.UTC(), LiftedAt: shownTime(p.LiftedAt), LiftedBy: p.LiftedBy}
}
