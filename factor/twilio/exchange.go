package twilio

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"path"
)

// exchange is one request and what is known of its answer. As a transport it sends the request where we want it, for as long
// as we want to wait, and bounds what comes back.
type exchange struct {
	ctx  context.Context // of this one call: the library takes none
	base *url.URL
	next http.RoundTripper

	status int // of the answer; 0: there was none
	header http.Header
}

const maxAnswer = 64 << 10

func (e *exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(e.ctx)
	r.URL.Scheme, r.URL.Host, r.Host = e.base.Scheme, e.base.Host, e.base.Host
	r.URL.Path, r.URL.RawPath = path.Join("/", e.base.Path, r.URL.Path), ""
	resp, err := e.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	e.status, e.header = resp.StatusCode, resp.Header
	resp.Body = bounded{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// bounded is a body of which no more than a part is read.
type bounded struct {
	io.Reader
	io.Closer
}
