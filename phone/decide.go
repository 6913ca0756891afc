package phone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/jawort/jawort/backoff"
)

// Decision is what the person says.
type Decision string

// The decisions.
const (
	Approve Decision = "approve"
	Deny    Decision = "deny"   // "not mine"
	Report  Decision = "report" // fraud
)

// Answer is what the server says to a decision.
type Answer struct {
	Status string `json:"status"` // pending: counted, but others are still asked
}

// Signed is a signed decision. Sent again, it is the same decision.
type Signed struct {
	Item Item
	Body []byte
}

// question tells decisions apart, so that each is signed once.
type question struct {
	approval, device string
	decision         Decision
	number           string
}

// Decide signs what the person says and sends it until the server has answered or ctx ends; called again then, it
// goes on with the same signed bytes. number is what the browser shows, for approve where it is asked for.
func (p *Phone) Decide(ctx context.Context, i Item, d Decision, number string) (Answer, error) {
	s, err := p.signOnce(i, d, number)
	if err != nil {
		return Answer{}, err
	}
	for try := 0; ; try++ {
		a, err := p.Send(ctx, s)
		if !unanswered(err) {
			p.drop(i, d, number)
			return a, err
		}
		if p.tooLate(i) || !backoff.Wait(ctx, backOff(try, err)) {
			return a, err
		}
	}
}

func questionOf(i Item, d Decision, number string) question {
	return question{i.ID, i.Device, d, number}
}

// drop forgets a signed answer that has reached the server.
func (p *Phone) drop(i Item, d Decision, number string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.signed, questionOf(i, d, number))
}

// signOnce keeps the signed answer, so that a repetition is the same bytes.
func (p *Phone) signOnce(i Item, d Decision, number string) (Signed, error) {
	q := questionOf(i, d, number)
	p.mu.Lock()
	kept, ok := p.signed[q]
	p.mu.Unlock()
	if ok {
		return kept, nil
	}
	s, err := p.Sign(i, d, number)
	if err != nil {
		return Signed{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signed[q] = s
	return s, nil
}

// Sign signs a decision without sending it.
func (p *Phone) Sign(i Item, d Decision, number string) (Signed, error) {
	if i.Err != nil {
		return Signed{}, i.Err
	}
	dev, err := p.device(i.Server, i.Device)
	if err != nil {
		return Signed{}, err
	}
	origin, _, err := originOf(i.Server)
	if err != nil {
		return Signed{}, err
	}
	document := i.Bytes
	if p.Authenticator.Document != nil {
		document = p.Authenticator.Document(document)
	}
	c := challenge(d, number, document)
	credential, err := p.Authenticator.get(p.options.Random, dev, origin, c[:])
	if err != nil {
		return Signed{}, err
	}
	body, err := json.Marshal(struct {
		Decision   Decision            `json:"decision"`
		Number     string              `json:"number,omitempty"`
		Credential publicKeyCredential `json:"credential"`
	}{d, number, credential})
	if err != nil {
		return Signed{}, fmt.Errorf("phone: %w", err)
	}
	return Signed{Item: i, Body: body}, nil
}

// Send sends a signed decision a single time.
func (p *Phone) Send(ctx context.Context, s Signed) (Answer, error) {
	var a Answer
	path := "/v1/approvals/" + url.PathEscape(s.Item.ID) + "/decision"
	err := p.do(ctx, call{server: s.Item.Server, method: http.MethodPost, path: path, body: s.Body}, &a)
	return a, err
}

// unanswered says that the server may not have got it, or could not keep it.
func unanswered(err error) bool {
	return errors.Is(err, errUnreachable) || status(err) == http.StatusServiceUnavailable
}

const (
	keptAfterEnd = 10 * time.Minute // as long as the server knows an approval without an outcome
	firstPause   = 200 * time.Millisecond
	longestPause = 5 * time.Second
)

// tooLate counts from when the question came, since a phone's clock may be wrong.
func (p *Phone) tooLate(i Item) bool {
	life := i.Document.ExpiresAt.Sub(i.Document.CreatedAt)
	return p.options.Now().After(i.Fetched.Add(life + keptAfterEnd))
}

// backOff doubles, with half of it left to chance, and is no shorter than the server asks for.
func backOff(try int, err error) time.Duration {
	pause := min(firstPause<<min(try, 10), longestPause)
	pause = pause/2 + rand.N(pause/2+1)
	var e *Error
	if errors.As(err, &e) {
		pause = max(pause, min(e.RetryAfter, longestPause))
	}
	return pause
}
