package pushgw

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// huaweiGrant keeps the project's access token (OAuth 2.0, client credentials). One request for a new one is under way
// at a time; who comes in between waits for it, or uses the old one as long as it lasts.
type huaweiGrant struct {
	client *http.Client
	url    string
	form   url.Values
	now    func() time.Time
	turn   chan struct{} // held by who asks

	mu       sync.Mutex
	token    string // empty: none
	made     time.Time
	ends     time.Time
	failure  *Failure // of the last request
	failedAt time.Time
}

const (
	renewAhead    = 5 * time.Minute
	aheadPatience = 3 * time.Second // the push that renews ahead must not miss its own deadline over it
	bearerRest    = time.Minute     // a token that is refused sooner is not refused for its age
	failureRest   = time.Second     // who asks within it learns the same
)

func newHuaweiGrant(client *http.Client, endpoint, id, secret string, now func() time.Time) *huaweiGrant {
	return &huaweiGrant{
		client: client, url: endpoint, now: now, turn: make(chan struct{}, 1),
		form: url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}},
	}
}

// bearer returns an access token that has not ended.
func (g *huaweiGrant) bearer(ctx context.Context) (string, error) {
	token, due := g.kept()
	if token == "" {
		return g.first(ctx)
	}
	if !due {
		return token, nil
	}
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
		return g.ahead(ctx, token), nil
	default: // another one renews it
		return token, nil
	}
}

// first waits for its turn, and asks unless another one has done so in the meantime.
func (g *huaweiGrant) first(ctx context.Context) (string, error) {
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done():
		return "", noAnswer(ctx.Err())
	}
	if token, _ := g.kept(); token != "" {
		return token, nil
	}
	if f := g.justFailed(); f != nil {
		return "", f
	}
	token, f := g.renew(ctx)
	if f != nil {
		return "", f
	}
	return token, nil
}

// ahead returns a new token, or the old one where that fails: it has not ended yet.
func (g *huaweiGrant) ahead(ctx context.Context, old string) string {
	if token, due := g.kept(); token != "" && !due {
		return token
	}
	if g.justFailed() != nil {
		return old
	}
	ctx, cancel := context.WithTimeout(ctx, aheadPatience)
	defer cancel()
	if token, f := g.renew(ctx); f == nil {
		return token
	}
	return old
}

// kept returns the token, if there is one that has not ended, and whether it is time for another one.
func (g *huaweiGrant) kept() (token string, due bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if !now.Before(g.ends) {
		return "", true
	}
	return g.token, now.After(g.ends.Add(-min(renewAhead, g.ends.Sub(g.made)/2)))
}

// justFailed returns what became of the last request, if it failed a moment ago.
func (g *huaweiGrant) justFailed() *Failure {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failure == nil || g.now().Sub(g.failedAt) >= failureRest {
		return nil
	}
	return g.failure
}

func (g *huaweiGrant) renew(ctx context.Context) (string, *Failure) {
	token, life, f := g.request(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if f != nil {
		if ctx.Err() == nil { // else it speaks of who asked only
			g.failure, g.failedAt = f, now
		}
		return "", f
	}
	g.token, g.made, g.ends, g.failure = token, now, now.Add(life), nil
	return token, nil
}

// drop gives up a token that was refused, and reports whether another one may be better: a token that has just been made
// is not, and the token endpoint is not to be asked for each push.
func (g *huaweiGrant) drop(token string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.token != token {
		return true // another one is there already, or on its way
	}
	if g.now().Sub(g.made) < bearerRest {
		return false
	}
	g.token = ""
	return true
}
