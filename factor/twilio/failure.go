package twilio

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/jawort/jawort/courier"
)

// kinds are Twilio's numbered errors (https://www.twilio.com/docs/api/errors) whose HTTP status does not say enough.
var kinds = map[int]courier.Kind{
	14107: courier.Throttled, // rate of sending exceeded
	20429: courier.Throttled, // too many requests
	21611: courier.Throttled, // the queue of this From is full
	30001: courier.Throttled, // queue overflow

	21211: courier.Unreachable, // To is no number
	21214: courier.Unreachable, // To cannot be reached
	21217: courier.Unreachable, // To does not look like a number
	21401: courier.Unreachable,
	21610: courier.Unreachable, // the person unsubscribed
	21612: courier.Unreachable, // no way from this From to this To
	21614: courier.Unreachable, // To is no mobile number
	30003: courier.Unreachable, // handset unreachable
	30004: courier.Unreachable, // blocked
	30005: courier.Unreachable, // unknown handset
	30006: courier.Unreachable, // landline

	20003: courier.Alarm, // authentication
	20005: courier.Alarm, // the account is not active
	20404: courier.Alarm, // no such account
	21212: courier.Alarm, // From is no number
	21603: courier.Alarm, // From is missing
	21606: courier.Alarm, // From is not ours
	21609: courier.Alarm, // the callback is no URL
	21659: courier.Alarm, // From is not of this country
	21660: courier.Alarm, // From is of another account
	21222: courier.Alarm, // the library: the account's id is none
	21224: courier.Alarm, // the library: the token is none
	30002: courier.Alarm, // the account is suspended

	21408: courier.Refused, // SMS to this region are not switched on for the account
}

// refused is what a numbered error means.
func (c *Client) refused(e *exchange, code int) *courier.Failure {
	f := c.byStatus(e, strconv.Itoa(code))
	if kind, known := kinds[code]; known {
		f.Kind = kind
	}
	return f
}

// byStatus is what the status of an answer means, where nothing says more.
func (c *Client) byStatus(e *exchange, reason string) *courier.Failure {
	f := &courier.Failure{Kind: courier.Refused, Reason: reason, After: retryAfter(e.header, c.options.Now())}
	switch {
	case e.status == http.StatusTooManyRequests:
		f.Kind = courier.Throttled
	case e.status >= 500, e.status == http.StatusRequestTimeout:
		f.Kind = courier.Again
	case e.status == http.StatusUnauthorized, e.status == http.StatusForbidden, e.status == http.StatusNotFound, e.status/100 == 3:
		f.Kind = courier.Alarm // credentials, account or base URL
	}
	return f
}

// unanswered tells a stop from a network that fails. The error's own text names the URL, and so the account.
func unanswered(err error) *courier.Failure {
	if errors.Is(err, context.Canceled) {
		return &courier.Failure{Kind: courier.Again, Reason: courier.Stopped}
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return &courier.Failure{Kind: courier.Again, Reason: "timeout"}
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &courier.Failure{Kind: courier.Alarm, Reason: "certificate"}
	}
	return &courier.Failure{Kind: courier.Again, Reason: "no-answer"}
}

// retryAfter reads a Retry-After header: seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
