package phone

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	maxAnswer  = 4 << 20
	answerTime = 10 * time.Second // for one try, beyond what a long-poll waits
)

// call is one request to the phone API.
type call struct {
	server string
	method string
	path   string // with query
	body   []byte
	wait   time.Duration
}

// Call sends a request to a server where this phone is enrolled, with a proof and its token, and decodes the
// answer, if one is wanted. body may be nil, []byte for exact bytes, or anything that becomes JSON.
func (p *Phone) Call(ctx context.Context, server, method, path string, body, answer any) error {
	q := call{server: server, method: method, path: path}
	switch b := body.(type) {
	case nil:
	case []byte:
		q.body = b
	default:
		var err error
		if q.body, err = json.Marshal(b); err != nil {
			return fmt.Errorf("phone: %w", err)
		}
	}
	return p.do(ctx, q, answer)
}

// do sends the call, and once more where the server asks for a fresher nonce, or does not know the token any more.
func (p *Phone) do(ctx context.Context, q call, answer any) error {
	sent := p.token(q.server)
	err := p.freshly(ctx, q, answer)
	if Code(err) != CodeUnauthorized || withoutToken(q.path) || !p.renew(ctx, q.server, sent) {
		return err
	}
	return p.freshly(ctx, q, answer)
}

func (p *Phone) freshly(ctx context.Context, q call, answer any) error {
	err := p.once(ctx, q, answer)
	if Code(err) == CodeNonce {
		err = p.once(ctx, q, answer)
	}
	return err
}

const tokenPath = "/v1/installation/token"

// withoutToken are the calls for which the proof of the key suffices.
func withoutToken(path string) bool {
	return path == tokenPath || strings.HasPrefix(path, "/v1/enrolments/")
}

func (p *Phone) token(server string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at := p.state.server(server); at != nil {
		return at.Token
	}
	return ""
}

// renew fetches this phone's token again, and reports whether it is another one than was sent: the server may have exchanged its keys.
func (p *Phone) renew(ctx context.Context, server, sent string) bool {
	var got struct{ Token string }
	err := p.freshly(ctx, call{server: server, method: http.MethodPost, path: tokenPath}, &got)
	if err != nil || got.Token == "" || got.Token == sent {
		return false
	}
	return p.change(func(s *state) {
		if at := s.server(server); at != nil {
			at.Token = got.Token
		}
	}) == nil
}

func (p *Phone) once(ctx context.Context, q call, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, q.wait+answerTime)
	defer cancel()
	req, err := p.request(ctx, q)
	if err != nil {
		return err
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnreachable, err)
	}
	defer resp.Body.Close()
	p.remember(q.server, resp.Header.Get("DPoP-Nonce"))
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%w: %w", errUnreachable, err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return problem(resp, body)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(body, answer); err != nil {
		return fmt.Errorf("phone: unreadable answer: %w", err)
	}
	return nil
}

func (p *Phone) request(ctx context.Context, q call) (*http.Request, error) {
	a, err := p.attempt(q)
	if err != nil {
		return nil, err
	}
	proof, err := a.proof(p.options.Random)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, q.method, q.server+q.path, bytes.NewReader(q.body))
	if err != nil {
		return nil, fmt.Errorf("phone: %w", err)
	}
	req.Header.Set("DPoP", proof)
	if a.token != "" {
		req.Header.Set("Authorization", "DPoP "+a.token)
	}
	if q.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

func (p *Phone) attempt(q call) (attempt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.state.server(q.server)
	if s == nil {
		return attempt{}, ErrNotEnrolled
	}
	a := attempt{method: q.method, url: q.server + q.path, nonce: p.nonces[q.server], key: s.Key.PrivateKey, at: p.options.Now()}
	if !withoutToken(q.path) {
		a.token = or(p.Prover.Token, s.Token)
	}
	return p.Prover.bend(a), nil
}

func (p *Phone) remember(server, nonce string) {
	if nonce == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nonces[server] = nonce
}

// errUnreachable is what every request without a whole answer is wrapped in.
var errUnreachable = errors.New("phone: no answer")
