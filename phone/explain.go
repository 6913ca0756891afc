package phone

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// explanation tells a person in one sentence what went wrong.
type explanation struct {
	sentence string
	cause    error
}

func (e *explanation) Error() string { return e.sentence }

func (e *explanation) Unwrap() error { return e.cause }

// explained says for a person why the server does not register the phone.
func explained(err error, link string) error {
	var e *Error
	switch {
	case Code(err) == CodeUnknownLink:
		return &explanation{"This link was used by another phone, has expired, or is mistyped. Ask for a new one.", err}
	case strange(err):
		return &explanation{"The server did not accept this phone. " + checkAddress(link), err}
	case errors.As(err, &e) && or(e.Text, e.Detail) != "":
		return &explanation{clean(or(e.Text, e.Detail)), err}
	}
	return err
}

// checkAddress knows the usual slip: passkeys belong to names, so no server goes by a bare address.
func checkAddress(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err == nil && net.ParseIP(u.Hostname()).IsLoopback() {
		return "Check the address of the link (localhost, not " + u.Hostname() + ")."
	}
	return "Check the address of the link."
}
