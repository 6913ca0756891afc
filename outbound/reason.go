package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// Stopped is the reason of a request that we gave up ourselves.
const Stopped = "stopped"

// Reason says in a few words of ours why a request got no answer. The text of the error itself is not fit to be
// shown or logged: it names the URL, and URLs hold tokens.
func Reason(err error) string {
	if errors.Is(err, context.Canceled) {
		return Stopped
	}
	if Prohibited(err) {
		return "address-not-allowed"
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return "timeout"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "certificate"
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "name-not-resolved"
	}
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok || errno == syscall.ECONNRESET || errno == syscall.EPIPE { // it depends on what was still under way whether a connection that is cut looks so
		return "no-answer"
	}
	return errno.Error()
}

// RetryAfter reads a Retry-After header: seconds or a date. 0: there is none that can be read.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
