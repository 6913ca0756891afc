package phone

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is a refusal of the server.
type Error struct {
	Status       int
	Code         string
	Detail       string
	By           string        // already-decided: the label of the winner; empty where no phone was it
	AttemptsLeft int           // wrong-number, wrong-code
	Field        string        // invalid-request: what is wrong
	Text         string        // for the person, in the phone's language; empty: Detail is all there is
	Support      Texts         // whom to ask, where it cannot be mended
	RetryAfter   time.Duration // 0: not given
}

// Texts is one text in German and English.
type Texts struct {
	German  string `json:"de"`
	English string `json:"en"`
}

func (e *Error) Error() string {
	return fmt.Sprintf("phone: the server refuses: %s (%d): %s", e.Code, e.Status, e.Detail)
}

// Codes that a phone acts upon.
const (
	CodeNonce          = "use_dpop_nonce"
	CodeUnauthorized   = "unauthorized"
	CodeAlreadyDecided = "already-decided"
	CodeExpired        = "expired"
	CodeWrongNumber    = "wrong-number"
	CodeWrongCode      = "wrong-code"
	CodeUnknownLink    = "unknown-enrolment"
)

// Code returns the code of a refusal; empty for any other error and for none.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func status(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// strange says that the server does not know this phone.
func strange(err error) bool {
	return status(err) == http.StatusUnauthorized && Code(err) != CodeNonce
}

func problem(resp *http.Response, body []byte) *Error {
	var members struct {
		Type         string `json:"type"`
		Detail       string `json:"detail"`
		By           string `json:"by"`
		AttemptsLeft int    `json:"attempts_left"`
		Field        string `json:"field"`
		Text         string `json:"text"`
		Support      Texts  `json:"support"`
	}
	e := &Error{Status: resp.StatusCode}
	if seconds, err := strconv.ParseUint(resp.Header.Get("Retry-After"), 10, 31); err == nil {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	if err := json.Unmarshal(body, &members); err == nil {
		e.Code = members.Type[strings.LastIndexByte(members.Type, ':')+1:]
		e.Detail, e.By, e.AttemptsLeft = members.Detail, members.By, members.AttemptsLeft
		e.Field, e.Text, e.Support = members.Field, members.Text, members.Support
	}
	if nonceWanted(resp) {
		e.Code = CodeNonce
	}
	return e
}

// nonceWanted reads the challenge as RFC 9449, section 9 has it.
func nonceWanted(resp *http.Response) bool {
	return resp.StatusCode == http.StatusUnauthorized && strings.Contains(resp.Header.Get("WWW-Authenticate"), `error="`+CodeNonce+`"`)
}
