// Package refusal holds the errors that may be shown to a caller: a stable code, a class, and a
// sentence that says what to mend. Every other error is internal by construction and is never shown.
//
// The package does not know HTTP; package edge turns a class into a status.
package refusal

import (
	"errors"
	"time"
)

// Class says what kind of refusal it is, and so whether asking again can help.
type Class int

// The classes, in the order of the HTTP status that edge gives them.
const (
	Internal     Class = iota // never made by New: what any other error is
	Malformed                 // the request cannot be read
	Unauthorized              // nobody that we know
	Forbidden                 // known, but not allowed
	NotFound                  // not there, or another tenant's
	Conflict                  // somebody or something was first
	Gone                      // was there, has ended
	TooLarge                  // body over the limit
	Unsupported               // media type
	Invalid                   // readable, but a field is wrong
	TooMany                   // a limit is reached
	Unavailable               // a store does not answer; try again
)

// Error is a refusal. Code is stable and part of the wire contract; Detail is safe to show.
type Error struct {
	Class      Class
	Code       string
	Detail     string
	RetryAfter time.Duration  // 0: not given
	Extra      map[string]any // members added to the problem document, e.g. attempts_left
	cause      error
}

// New returns a refusal. Detail is a sentence for the caller: what is wrong and what to do next.
func New(class Class, code, detail string) *Error {
	return &Error{Class: class, Code: code, Detail: detail}
}

func (e *Error) Error() string {
	if e.cause != nil {
		return e.Code + ": " + e.cause.Error()
	}
	return e.Code + ": " + e.Detail
}

func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is compare refusals by their code.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Code == e.Code
}

// Because returns a copy that carries the internal cause, which is logged and never shown.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// WithDetail returns a copy with another sentence.
func (e *Error) WithDetail(detail string) *Error {
	c := *e
	c.Detail = detail
	return &c
}

// With returns a copy with one more member in the problem document.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Extra = make(map[string]any, len(e.Extra)+1)
	for k, v := range e.Extra {
		c.Extra[k] = v
	}
	c.Extra[name] = value
	return &c
}

// After returns a copy that says when to try again.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Field returns the refusal of one field of a request.
func Field(name, detail string) *Error {
	return New(Invalid, "invalid-request", name+": "+detail).With("field", name)
}

// ErrUnavailable is the refusal when a store does not answer. Nothing was acknowledged; the same request may be sent again.
var ErrUnavailable = New(Unavailable, "unavailable", "A part of the service does not answer. Try again in a moment.").After(time.Second)
