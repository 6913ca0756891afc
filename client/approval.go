package client

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"
)

// Kind says what is asked.
type Kind string

// The kinds.
const (
	Login       Kind = "login"
	Transaction Kind = "transaction"
)

// Status is where an approval stands.
type Status string

// The statuses. All but Pending are final.
const (
	Pending    Status = "pending"
	Approved   Status = "approved"
	Denied     Status = "denied"
	Reported   Status = "reported"
	Expired    Status = "expired"
	Cancelled  Status = "cancelled"
	Superseded Status = "superseded"
)

// Ended reports whether the status is final.
func (s Status) Ended() bool { return s != Pending }

// Detail is a line that the phone shows; a transaction has at least one.
type Detail struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Role  string `json:"role,omitempty"` // amount, payee or empty
}

// Browser is who asks, as the login service sees it.
type Browser struct {
	IP        string `json:"ip"`
	UserAgent string `json:"user_agent"`
	// Session is opaque and stays the same for one browser. A new login of the same session takes the place of one that is still pending.
	Session string `json:"session,omitempty"`
	// TrustToken is what Approval.TrustToken gave this browser when it last confirmed; empty: it has none.
	TrustToken string `json:"trust_token,omitempty"`
}

// Request asks for an approval.
type Request struct {
	Account   string // the login number
	Kind      Kind   // empty: Login
	Details   []Detail
	Browser   Browser
	ExpiresIn time.Duration // 0: two minutes; 30 s to 10 min, in whole seconds
	Remember  bool          // the person wants this browser to be remembered, where the application offers it

	// OnCreated, if set, is called by Approve once the approval exists, before it waits: the place to hand the
	// number and the socket to the page.
	OnCreated func(Approval)
}

func (r Request) wire() any {
	return struct {
		Account   string   `json:"account"`
		Kind      Kind     `json:"kind,omitempty"`
		Details   []Detail `json:"details,omitempty"`
		Browser   Browser  `json:"browser"`
		ExpiresIn int      `json:"expires_in,omitempty"`
		Remember  bool     `json:"remember,omitempty"`
	}{r.Account, r.Kind, r.Details, r.Browser, int(r.ExpiresIn / time.Second), r.Remember}
}

// Approval is a question and, once it has ended, its answer. Keep the ID in your own server-side session: nothing
// that comes from the browser may say that a login was approved.
type Approval struct {
	ID        string    `json:"id"`
	Status    Status    `json:"status"`
	Kind      Kind      `json:"kind"`
	Step      string    `json:"step,omitempty"` // in the portal, of which this is the confirmation: it lets nobody in
	Account   string    `json:"account"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`

	// While it is pending.
	Number   string    `json:"number,omitempty"`   // to be shown in the browser, typed on the phone
	Methods  []string  `json:"methods,omitempty"`  // that may confirm
	Activate *Activate `json:"activate,omitempty"` // what an account without a method may begin with
	ClosesAt time.Time `json:"closes_at,omitzero"` // when the newest code expires, else ExpiresAt
	Support  Texts     `json:"support,omitzero"`   // whom to ask where nothing of that is at hand
	Push     *Push     `json:"push,omitempty"`     // from CreateApproval only
	Offer    *Offer    `json:"remember,omitempty"` // what a page may offer beside the question; from CreateApproval only
	Devices  int       `json:"devices,omitempty"`  // that are asked; from CreateApproval only
	Socket   *Socket   `json:"socket,omitempty"`   // from CreateApproval only
	Delivery *Delivery `json:"delivery,omitempty"`
	Code     *Code     `json:"code,omitempty"` // the newest that was sent; nil: none

	// Once it has ended.
	Method      string       `json:"method,omitempty"`   // how it was approved
	Decision    string       `json:"decision,omitempty"` // what the device signed
	Device      *Decider     `json:"device,omitempty"`
	Passkey     *UsedPasskey `json:"passkey,omitempty"`
	DecidedAt   time.Time    `json:"decided_at,omitzero"`
	LateReports []LateReport `json:"late_reports,omitempty"`
	ACR         string       `json:"acr,omitempty"` // the assurance that was reached: aal1, aal2, or empty
	AMR         []string     `json:"amr,omitempty"` // RFC 8176
	// TrustToken is to be kept in the browser, in a cookie that scripts cannot read, and sent with its next login. It is told again
	// until it has been used.
	TrustToken string    `json:"trust_token,omitempty"`
	TrustUntil time.Time `json:"trust_until,omitzero"`
	// Recovery is set where a recovery code approved the login.
	Recovery *RecoveryCodes `json:"recovery,omitempty"`

	// Reason says why somebody is asked, or nobody; from CreateApproval only.
	Reason  Reason `json:"reason,omitzero"`
	Offline string `json:"offline,omitempty"` // allowed: the application need not ask while it has no network
}

// RecoveryCodes is how the list stands from which a code was used. Where Renew, show the person the new ones of NewRecoveryCodes
// once they are signed in.
type RecoveryCodes struct {
	Left  int  `json:"left"`
	Renew bool `json:"renew"`
}

// Activate is what an account without a method may activate to finish its first login.
type Activate struct {
	Methods     []string `json:"methods"`
	Required    int      `json:"required"`
	Recommended int      `json:"recommended"`
}

// Texts is one text in German and English.
type Texts struct {
	German  string `json:"de,omitempty"`
	English string `json:"en,omitempty"`
}

// Push says whether the phones are woken, and why not. They show what waits when their app is opened.
type Push struct {
	Sent   bool      `json:"sent"`
	Reason string    `json:"reason,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

// Offer is for how long a browser is remembered where the person wants it.
type Offer struct {
	Days  int `json:"days"`  // whole ones; 0: shorter than a day
	Hours int `json:"hours"` // all of it
}

// Reason explains whether somebody is asked.
type Reason struct {
	Code         string    `json:"code"`
	BoundedBy    string    `json:"bounded_by,omitempty"` // who set the interval
	Interval     string    `json:"interval"`             // how long a confirmation holds: 12h, 7d, or 0 for this login only
	Until        time.Time `json:"until,omitzero"`
	EnforcedFrom time.Time `json:"enforced_from,omitzero"`
}

// Socket is where the browser waits. It is for the browser of this login only.
type Socket struct {
	URL    string `json:"url"`
	Ticket string `json:"ticket"`
}

// Code is how far a code got: queued, sent (the carrier or mail server took it), delivered, or failed, so that it will not come.
type Code struct {
	Method string    `json:"method"` // sms or email
	State  string    `json:"state"`
	SentAt time.Time `json:"sent_at,omitzero"`
}

// Delivery counts the phones by how far the wake-up got.
type Delivery struct {
	Sent     int `json:"sent"`
	Failed   int `json:"failed"`
	Received int `json:"received"`
}

// Decider is the device that answered, as it was called then.
type Decider struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Holder string `json:"holder"`
}

// LateReport is a report of fraud that came after the end. The outcome stays; look into it.
type LateReport struct {
	Device     string    `json:"device"` // empty: the account's own person, in the portal
	Holder     string    `json:"holder"`
	ReportedAt time.Time `json:"reported_at"`
}

// CreateApproval asks the phones of an account. A repetition after a lost answer creates nothing new.
func (c *Client) CreateApproval(ctx context.Context, r Request) (Approval, error) {
	var a Approval
	q := call{method: http.MethodPost, path: path("approvals"), body: r.wire(), key: rand.Text(), repeat: true}
	err := c.do(ctx, q, &a)
	return a, err
}

// Approval returns where an approval stands.
func (c *Client) Approval(ctx context.Context, id string) (Approval, error) {
	return c.WaitApproval(ctx, id, 0)
}

// WaitApproval returns where an approval stands once it has ended, or after wait (at most MostWait) anyway.
func (c *Client) WaitApproval(ctx context.Context, id string, wait time.Duration) (Approval, error) {
	var a Approval
	q := call{method: http.MethodGet, path: path("approvals", id), repeat: true}
	err := c.do(ctx, q.waiting(wait), &a)
	return a, err
}

// CancelApproval takes a question back. One that has ended otherwise is refused with CodeNotPending.
func (c *Client) CancelApproval(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodPost, path: path("approvals", id, "cancel"), repeat: true}, nil)
}

// ResendPush wakes the phones once more: every 20 s at most, three times.
func (c *Client) ResendPush(ctx context.Context, id string) error {
	q := call{method: http.MethodPost, path: path("approvals", id, "resend"), key: rand.Text(), repeat: true}
	return c.do(ctx, q, nil)
}

// Receipt returns the evidence of a signed outcome: a compact JWS that `jawort verify` checks offline.
func (c *Client) Receipt(ctx context.Context, id string) (string, error) {
	var jws string
	err := c.do(ctx, call{method: http.MethodGet, path: path("approvals", id, "receipt"), repeat: true}, &jws)
	return jws, err
}
