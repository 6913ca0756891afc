package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is a refusal of the server: anything but success. Use it with errors.As.
type Error struct {
	Status     int            // of HTTP
	Code       string         // stable, e.g. unknown-account; empty where something other than Jawort answered
	Detail     string         // a sentence for people: what is wrong and what to do
	RequestID  string         // under which the server logged the request
	RetryAfter time.Duration  // 0: not given
	Extra      map[string]any // further members, e.g. attempts_left of wrong-digits
}

func (e *Error) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("jawort: status %d", e.Status)
	}
	return fmt.Sprintf("jawort: %s: %s (status %d, request %s)", e.Code, e.Detail, e.Status, e.RequestID)
}

// Codes that a login service may want to tell apart.
const (
	CodeUnknownAccount   = "unknown-account"
	CodeNoMethod         = "no-method"
	CodeTooManyApprovals = "too-many-approvals"
	CodeUnknownApproval  = "unknown-approval"
	CodeUnknownEnrolment = "unknown-enrolment"
	CodeUnknownDevice    = "unknown-device"
	CodeNotPending       = "not-pending"
	CodeNoReceipt        = "no-receipt"
	CodeResendTooSoon    = "resend-too-soon"
	CodeResendLimit      = "resend-limit"
	CodeNotCompleted     = "not-completed"
	CodeWrongDigits      = "wrong-digits"
	CodeEnrolmentEnded   = "enrolment-ended"
)

const problemPrefix = "urn:jawort:problem:"

// problem reads a refusal. What does not come from Jawort (a proxy's page) keeps only its status.
func problem(resp *http.Response) *Error {
	e := &Error{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header), RequestID: resp.Header.Get("X-Request-Id")}
	var members map[string]any
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&members); err != nil {
		return e
	}
	code, known := strings.CutPrefix(text(members["type"]), problemPrefix)
	if !known {
		return e
	}
	e.Code, e.Detail = code, text(members["detail"])
	if id := text(members["request_id"]); id != "" {
		e.RequestID = id
	}
	for _, standard := range []string{"type", "title", "status", "detail", "instance", "request_id"} {
		delete(members, standard)
	}
	if len(members) > 0 {
		e.Extra = members
	}
	return e
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
