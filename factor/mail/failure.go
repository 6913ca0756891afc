package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/textproto"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/jawort/jawort/courier"
)

// failure is what the error of an attempt means.
func failure(ctx context.Context, err error) *courier.Failure {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &courier.Failure{Kind: courier.Again, Reason: courier.Stopped}
	}
	if sent, ok := errors.AsType[*gomail.SendError](err); ok && sent.ErrorCode() != 0 {
		return refused(sent.Reason, sent.ErrorCode(), sent.EnhancedStatusCode())
	}
	if answer, ok := errors.AsType[*textproto.Error](err); ok {
		return unwelcome(answer.Code)
	}
	return unanswered(ctx, err)
}

// refused is what a refusal in the middle means. One of the recipient says nothing about the server's health; one of the sender
// meets every message until somebody mends it.
func refused(during gomail.SendErrReason, code int, enhanced string) *courier.Failure {
	f := &courier.Failure{Kind: courier.Refused, Reason: reason(code, enhanced)}
	recipient, policy := during == gomail.ErrSMTPRcptTo, strings.HasPrefix(enhanced, "5.7.")
	switch {
	case code/100 == 4 && recipient && code != 421:
		f.Kind = courier.Throttled
	case code/100 == 4:
		f.Kind = courier.Again
	case recipient && !policy:
		f.Kind = courier.Unreachable
	case during == gomail.ErrSMTPMailFrom:
		f.Kind = courier.Alarm
	}
	return f
}

// unwelcome is what a refusal means before any message: a greeting, STARTTLS or authentication.
func unwelcome(code int) *courier.Failure {
	kind := courier.Alarm
	if code/100 == 4 {
		kind = courier.Again
	}
	return &courier.Failure{Kind: kind, Reason: reason(code, "")}
}

func reason(code int, enhanced string) string {
	if enhanced == "" {
		return fmt.Sprintf("smtp-%d", code)
	}
	return fmt.Sprintf("smtp-%d-%s", code, strings.ReplaceAll(enhanced, ".", "-"))
}

func unanswered(ctx context.Context, err error) *courier.Failure {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &courier.Failure{Kind: courier.Alarm, Reason: "certificate"}
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return &courier.Failure{Kind: courier.Alarm, Reason: "no-tls"}
	}
	if ctx.Err() != nil {
		return &courier.Failure{Kind: courier.Again, Reason: "timeout"}
	}
	if err != nil && strings.Contains(err.Error(), "does not support STARTTLS") { // the library has no error of its own for it
		return &courier.Failure{Kind: courier.Alarm, Reason: "no-starttls"}
	}
	return &courier.Failure{Kind: courier.Again, Reason: "no-answer"}
}
