package process

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/jawort/jawort/refusal"
)

// unopened says which store could not be opened, where it is and why: the refusal that callers of an API get is no
// help to who starts the program. It repeats no more of the URL than its hosts.
func unopened(key, url string, err error) error {
	var postgres *pgconn.PgError
	reason := silence(err)
	switch {
	case !errors.Is(err, refusal.ErrUnavailable):
		return fmt.Errorf("%s: %w", key, err)
	case errors.As(err, &postgres):
		return fmt.Errorf("%s: %s answers: %s", key, place(url, err), postgres.Message)
	case reason == "":
		return fmt.Errorf("%s: %s: %s", key, place(url, err), cause(err))
	}
	return fmt.Errorf("%s: %s does not answer (%s)", key, place(url, err), reason)
}

// silence is why nobody answers, and empty where that is not what is wrong.
func silence(err error) string {
	var number syscall.Errno
	var name *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &number):
		return number.Error()
	case errors.As(err, &name):
		return name.Err
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "it takes too long"
	}
	return ""
}

// cause is what a driver said.
func cause(err error) string {
	var shown *refusal.Error
	if errors.As(err, &shown) && shown.Unwrap() != nil {
		return shown.Unwrap().Error()
	}
	return err.Error()
}

// place is the address that was tried, or else the hosts of the URL, without what may be a password.
func place(url string, err error) string {
	var tried *net.OpError
	if errors.As(err, &tried) && tried.Addr != nil {
		return tried.Addr.String()
	}
	scheme, rest, _ := strings.Cut(url, "://")
	if scheme == "sqlite" {
		return rest
	}
	hosts, path, _ := strings.Cut(rest, "/")
	hosts = hosts[strings.LastIndexByte(hosts, '@')+1:]
	if hosts == "" || strings.Contains(path, "@") { // a password with a slash may stand where hosts are looked for
		return "it"
	}
	return hosts
}
