package client

import (
	"context"
	"net/http"
	"time"
)

// The statuses of an enrolment. Confirmed, failed and expired are final.
const (
	EnrolmentWaiting   = "waiting"   // phones are asked whether it may be; there is no link yet
	EnrolmentOpen      = "open"      // the link is out
	EnrolmentClaimed   = "claimed"   // a phone holds it
	EnrolmentCompleted = "completed" // the phone shows six digits, which ConfirmEnrolment awaits
	EnrolmentConfirmed = "confirmed" // the device is active
	EnrolmentFailed    = "failed"
	EnrolmentExpired   = "expired"
)

// Enrolment binds one phone to one account.
type Enrolment struct {
	ID        string          `json:"id"`
	Status    string          `json:"status"`
	Account   string          `json:"account"`
	ExpiresAt time.Time       `json:"expires_at"`
	Link      string          `json:"link,omitempty"`   // a secret; while open
	QR        string          `json:"qr,omitempty"`     // the link as a data: URI of a PNG; while open
	Code      string          `json:"code,omitempty"`   // sms or email: how the code comes that the phone will ask for
	Device    *EnrolledDevice `json:"device,omitempty"` // once completed

	// Approval is what phones are asked, where one of them has to authorise the enrolment; from StartEnrolment only.
	Approval *EnrolmentApproval `json:"approval,omitempty"`
}

// EnrolmentApproval is a question to the phones of the account, or of its manager. Show the number beside it.
type EnrolmentApproval struct {
	ID        string    `json:"id"`
	Number    string    `json:"number"`
	ExpiresAt time.Time `json:"expires_at"`
	Socket    Socket    `json:"socket"`
}

// What can authorise an enrolment.
const (
	ByDevice   = "device"   // a phone of the account
	ByManager  = "manager"  // a phone of the account's manager
	ByOperator = "operator" // somebody at support; needs a reason and the scope admin; moves nobody who has something to confirm with
	ByApproval = "approval" // a login that a code confirmed within the last ten minutes, once; beside a phone only with Replaces
	ByRecovery = "recovery" // a recovery that is open
)

// NewEnrolment says what is to be registered, and what authorises it.
type NewEnrolment struct {
	Account   string `json:"account"`
	Authorize string `json:"authorize,omitempty"` // empty: nothing but the login, where policy is content with that
	Reason    string `json:"reason,omitempty"`    // ByOperator
	Approval  string `json:"approval,omitempty"`  // ByApproval
	Recovery  string `json:"recovery,omitempty"`  // ByRecovery
	Helper    string `json:"helper,omitempty"`    // login number of who holds the login in place of its person
	Replaces  string `json:"replaces,omitempty"`  // id of the device that ends with this one's confirmation

	// Browser is where it is begun: shown to the phones that have to authorise it. Nil: they are shown none.
	Browser *Browser `json:"browser,omitempty"`
}

// EnrolledDevice is the phone that took the link.
type EnrolledDevice struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Holder   string `json:"holder"`
	Platform string `json:"platform"`
}

// StartEnrolment makes a link for the first phone of an account. Show it only to the person who has proved to own the account.
func (c *Client) StartEnrolment(ctx context.Context, account string) (Enrolment, error) {
	return c.Enrol(ctx, NewEnrolment{Account: account})
}

// Enrol begins an enrolment. Where phones have to authorise it, it waits: follow it with WaitEnrolment until it is open.
func (c *Client) Enrol(ctx context.Context, n NewEnrolment) (Enrolment, error) {
	var e Enrolment
	err := c.do(ctx, call{method: http.MethodPost, path: path("enrolments"), body: n}, &e)
	return e, err
}

// Enrolment returns how far an enrolment has got.
func (c *Client) Enrolment(ctx context.Context, id string) (Enrolment, error) {
	var e Enrolment
	err := c.do(ctx, call{method: http.MethodGet, path: path("enrolments", id), repeat: true}, &e)
	return e, err
}

// WaitEnrolment returns an enrolment when it stands elsewhere than known, which the caller has last seen, or after wait (at most
// MostWait) anyway. A step that was taken before the call is told at once, so following loses none; so is one that has ended.
func (c *Client) WaitEnrolment(ctx context.Context, known Enrolment, wait time.Duration) (Enrolment, error) {
	var e Enrolment
	q := call{method: http.MethodGet, path: path("enrolments", known.ID), repeat: true}.waiting(wait)
	if q.wait > 0 && known.Status != "" {
		q.query.Set("known", known.Status)
	}
	err := c.do(ctx, q, &e)
	return e, err
}

// ConfirmEnrolment activates the device by the six digits that the phone shows. A lost answer is not repeated,
// since a wrong try would count twice; repeating the right digits yourself is harmless.
func (c *Client) ConfirmEnrolment(ctx context.Context, id, digits string) (Enrolment, error) {
	var e Enrolment
	body := struct {
		Code string `json:"code"`
	}{digits}
	err := c.do(ctx, call{method: http.MethodPost, path: path("enrolments", id, "confirm"), body: body}, &e)
	return e, err
}
