package server

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/live"
)

// question is the body of POST /v1/approvals.
type question struct {
	Account   string            `json:"account"`
	Kind      approval.Kind     `json:"kind"`
	Details   []approval.Detail `json:"details"`
	Browser   judge.Browser     `json:"browser"`
	Remember  bool              `json:"remember"`
	ExpiresIn *int              `json:"expires_in"`
}

const (
	minLife = int(approval.MinLife / time.Second)
	maxLife = int(approval.MaxLife / time.Second)
)

// Validate refuses what could not be asked, and fills in the defaults.
func (q *question) Validate() error {
	if err := account.ValidateExternalID(q.Account); err != nil {
		return err
	}
	switch q.Kind {
	case "":
		q.Kind = approval.Login
	case approval.Login, approval.Transaction:
	default:
		return refusal.Field("kind", "must be login or transaction")
	}
	if q.ExpiresIn != nil && (*q.ExpiresIn < minLife || *q.ExpiresIn > maxLife) {
		return refusal.Field("expires_in", fmt.Sprintf("must be %d to %d seconds", minLife, maxLife))
	}
	return q.Browser.Validate()
}

func (q question) life() time.Duration {
	if q.ExpiresIn == nil {
		return approval.DefaultLife
	}
	return time.Duration(*q.ExpiresIn) * time.Second
}

// session names the browser of a login. Only a login takes another's place: two transactions of one browser are two
// questions.
func (q question) session() string {
	if q.Kind != approval.Login {
		return ""
	}
	return q.Browser.SessionHash()
}

func (q question) request() judge.Request {
	return judge.Request{Account: q.Account, Kind: q.Kind, Details: q.Details, Browser: q.Browser, Remember: q.Remember}
}

const answerPurpose = "jawort kept answer"

// idempotency makes a repetition of the question under the same key get the same answer; nil where there is no key. The
// answer is kept for a day, long after the number in it has served, and so it is sealed.
func (q question) idempotency(key string, answer created, k Keys) (*live.Idempotency, error) {
	if key == "" {
		return nil, nil
	}
	asked, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("server: encode question: %w", err)
	}
	plain, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("server: encode answer: %w", err)
	}
	kept, err := k.Seal(plain, answerPurpose)
	if err != nil {
		return nil, err
	}
	return &live.Idempotency{Key: key, Request: sha256.Sum256(asked), Answer: kept}, nil
}

// keptAnswer is the answer to the same question when it was asked first.
func keptAnswer(kept []byte, k Keys) (answer created, err error) {
	plain, err := k.Open(kept, answerPurpose)
	if err != nil {
		return answer, err
	}
	if err := json.Unmarshal(plain, &answer); err != nil {
		return answer, fmt.Errorf("server: kept answer: %w", err)
	}
	return answer, nil
}
