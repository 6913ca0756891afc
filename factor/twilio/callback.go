package twilio

import (
	"errors"
	"net/url"

	"github.com/twilio/twilio-go/client"

	"github.com/jawort/jawort/courier"
)

// CallbackPath is where the server takes callbacks.
const CallbackPath = "/v1/sms/receipts/twilio"

// SignatureHeader carries the signature of a callback.
const SignatureHeader = "X-Twilio-Signature"

// ErrSignature is returned for a callback that the account's token has not signed.
var ErrSignature = errors.New("twilio: the callback is not signed with the account's token")

// Callbacks reads what Twilio tells a URL of ours.
type Callbacks struct {
	validator client.RequestValidator
	url       string
}

// NewCallbacks returns a reader for callbacks to url, which is part of what is signed: as Twilio was told it, whatever proxy
// stands in front.
func NewCallbacks(authToken, url string) *Callbacks {
	return &Callbacks{validator: client.NewRequestValidator(authToken), url: url}
}

// Read verifies a callback and returns its receipt. It reports false where the message has not ended yet.
func (c *Callbacks) Read(body []byte, signature string) (courier.Receipt, bool, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil || signature == "" || !c.validator.ValidateBody(c.url, body, signature) {
		return courier.Receipt{}, false, ErrSignature
	}
	r := courier.Receipt{Provider: Name, Reference: form.Get("MessageSid")}
	switch status := form.Get("MessageStatus"); status {
	case "delivered":
		r.State, r.Reason = courier.Delivered, status
	case "undelivered", "failed", "canceled":
		r.State, r.Reason = courier.Undelivered, status
	default: // accepted, scheduled, queued, sending, sent, read
		return courier.Receipt{}, false, nil
	}
	if code := form.Get("ErrorCode"); code != "" {
		r.Reason = courier.Word(code)
	}
	return r, r.Reference != "", nil
}
