package pushgw

import (
	"context"
	"errors"
	"net/http"
)

// exchange is the one HTTP exchange that a Send may make. The SDK repeats a request after a network error and a
// 503, by a schedule of its own in which a Retry-After is waited for inside the call and lost when the call's
// deadline comes first. The gateway decides about repetitions, so the call is ended where the SDK would wait.
type exchange struct {
	stop        context.CancelFunc
	begun       bool
	err         error       // no answer, because of this
	status      int         // of the answer
	unavailable http.Header // of a 503
}

type exchangeKey struct{}

func newExchange(ctx context.Context) (context.Context, *exchange) {
	ctx, cancel := context.WithCancel(ctx)
	e := &exchange{stop: cancel}
	return context.WithValue(ctx, exchangeKey{}, e), e
}

var errRepeated = errors.New("pushgw: the SDK tried to repeat a request")

// once is the transport that ends an exchange.
type once struct{ next http.RoundTripper }

func (o once) RoundTrip(r *http.Request) (*http.Response, error) {
	e, ok := r.Context().Value(exchangeKey{}).(*exchange)
	if !ok {
		return o.next.RoundTrip(r)
	}
	if e.begun {
		e.stop()
		return nil, errRepeated
	}
	e.begun = true
	resp, err := o.next.RoundTrip(r)
	if err != nil {
		e.err = err
		e.stop()
		return nil, err
	}
	e.status = resp.StatusCode
	if resp.StatusCode == http.StatusServiceUnavailable {
		e.unavailable = resp.Header
		e.stop()
	}
	return resp, nil
}
