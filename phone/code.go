package phone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// CodeSent says that a code is on its way to a person, and where to, masked.
type CodeSent struct {
	Method  string `json:"method"` // sms or email
	Address string `json:"address"`
}

// AskCode returns the code that the person typed; empty: another one shall be sent. Wrong is what the last one was refused
// with, nil at first.
type AskCode func(ctx context.Context, sent CodeSent, wrong error) (string, error)

// ErrCodeWanted says that the enrolment needs a code, and nobody is there to type it.
var ErrCodeWanted = errors.New("phone: this enrolment needs the code that was sent to the account")

// completeWithCode asks for the code until one is right, or the server takes no more.
func (p *Phone) completeWithCode(ctx context.Context, url string, o offer, d device, e enrolling) (confirm string, err error) {
	if e.ask == nil {
		return "", ErrCodeWanted
	}
	var wrong error
	for {
		code, err := e.ask(ctx, *o.Code, wrong)
		if err != nil {
			return "", err
		}
		if code == "" {
			wrong = p.anotherCode(ctx, url, o.Enrolment)
			continue
		}
		confirm, err := p.complete(ctx, url, o, d, e.push, code)
		var refused *Error
		if !errors.As(err, &refused) || !mistyped(refused) {
			return confirm, err
		}
		wrong = err
	}
}

// mistyped reports whether another code may still be right.
func mistyped(e *Error) bool {
	return e.Field == "code" || (e.Code == CodeWrongCode && e.AttemptsLeft > 0)
}

// anotherCode has another code sent in the place of the one before. It is not repeated by itself: each time sends one.
func (p *Phone) anotherCode(ctx context.Context, url, enrolment string) error {
	body, err := json.Marshal(map[string]string{"enrolment": enrolment})
	if err != nil {
		return fmt.Errorf("phone: %w", err)
	}
	return p.do(ctx, call{server: url, method: http.MethodPost, path: "/v1/enrolments/code", body: body}, nil)
}
