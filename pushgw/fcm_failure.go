package pushgw

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"cloud.google.com/go/auth"
	"firebase.google.com/go/v4/errorutils"

	"github.com/jawort/jawort/outbound"
)

// quotaPause is what Google asks for where a 429 does not say how long to wait.
const quotaPause = time.Minute

func (f *FCM) failure(e *exchange, err error) *Failure {
	switch {
	case !e.begun: // the SDK found the message wrong and sent nothing
		return &Failure{Kind: Alarm, Reason: "invalid-message"}
	case e.err != nil:
		return unauthorised(e.err)
	case e.unavailable != nil:
		return &Failure{Kind: Again, Reason: "UNAVAILABLE", After: outbound.RetryAfter(e.unavailable, f.now())}
	}
	resp := errorutils.HTTPResponse(err) // a type assertion: err must not be wrapped
	if resp == nil {
		return noAnswer(err)
	}
	return f.answer(resp)
}

// unauthorised tells a token endpoint that refuses us from a network that fails.
func unauthorised(err error) *Failure {
	refusal, ok := errors.AsType[*auth.Error](err)
	if !ok || refusal.Response == nil {
		return noAnswer(err)
	}
	if status := refusal.Response.StatusCode; status >= 500 || status == http.StatusTooManyRequests {
		return &Failure{Kind: Again, Reason: "oauth-unavailable"}
	}
	return &Failure{Kind: Alarm, Reason: "oauth-refused"}
}

const typeFCMError = "type.googleapis.com/google.firebase.fcm.v1.FcmError"

// fcmAnswer is an error as FCM sends it.
type fcmAnswer struct {
	Error struct {
		Status  string
		Details []struct {
			Type            string `json:"@type"`
			ErrorCode       string
			FieldViolations []struct{ Field string }
		}
	}
}

func (f *FCM) answer(resp *http.Response) *Failure {
	var a fcmAnswer
	_ = json.NewDecoder(resp.Body).Decode(&a) // an unreadable body is judged by its status
	code, after := a.code(), outbound.RetryAfter(resp.Header, f.now())
	reason := word(cmp.Or(code, a.Error.Status, http.StatusText(resp.StatusCode)))
	switch {
	case code == "UNREGISTERED":
		return &Failure{Kind: Gone, Reason: reason}
	case code == "INVALID_ARGUMENT" && a.onlyToken() && f.accepted.Load():
		return &Failure{Kind: Gone, Reason: reason}
	case resp.StatusCode == http.StatusTooManyRequests:
		return &Failure{Kind: Throttled, Reason: reason, After: cmp.Or(after, quotaPause)}
	case resp.StatusCode >= 500:
		return &Failure{Kind: Again, Reason: reason, After: after}
	default:
		// SENDER_ID_MISMATCH, THIRD_PARTY_AUTH_ERROR, a refused bearer, a message that breaks the schema: every push
		// of this project fails alike until somebody mends it.
		return &Failure{Kind: Alarm, Reason: reason}
	}
}

func (a fcmAnswer) code() string {
	for _, d := range a.Error.Details {
		if d.Type == typeFCMError {
			return d.ErrorCode
		}
	}
	return ""
}

// onlyToken reports whether nothing but the token was found wrong.
func (a fcmAnswer) onlyToken() bool {
	for _, d := range a.Error.Details {
		for _, v := range d.FieldViolations {
			if v.Field != "message.token" {
				return false
			}
		}
	}
	return true
}
