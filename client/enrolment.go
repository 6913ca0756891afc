package client

import (
	"context"
	"net/http"
	"time"
)

// The statuses of an enrolment. Confirmed, failed and expired are final.
const (
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
	Link      string          `json:"link,omitempty"`   // a secret; from StartEnrolment only
	QR        string          `json:"qr,omitempty"`     // the link as a data: URI of a PNG; from StartEnrolment only
	Device    *EnrolledDevice `json:"device,omitempty"` // once completed
}

// EnrolledDevice is the phone that took the link.
type EnrolledDevice struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Holder   string `json:"holder"`
	Platform string `json:"platform"`
}

// StartEnrolment makes a link for one phone. Show it only to the person who has proved to own the account.
func (c *Client) StartEnrolment(ctx context.Context, account string) (Enrolment, error) {
	var e Enrolment
	body := struct {
		Account string `json:"account"`
	}{account}
	err := c.do(ctx, call{method: http.MethodPost, path: path("enrolments"), body: body}, &e)
	return e, err
}

// Enrolment returns how far an enrolment has got.
func (c *Client) Enrolment(ctx context.Context, id string) (Enrolment, error) {
	return c.WaitEnrolment(ctx, id, 0)
}

// WaitEnrolment returns an enrolment when it has moved on, or after wait (at most MostWait) anyway.
func (c *Client) WaitEnrolment(ctx context.Context, id string, wait time.Duration) (Enrolment, error) {
	var e Enrolment
	q := call{method: http.MethodGet, path: path("enrolments", id), repeat: true}
	err := c.do(ctx, q.waiting(wait), &e)
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
