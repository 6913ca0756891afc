package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/bench/local"
	"github.com/jawort/jawort/client"
)

// spender tries each recovery code of an account at two logins at once, and again where no answer came.
type spender struct {
	*witness
	account string
	codes   []string

	mu   sync.Mutex
	used []use
}

// use is a code, and the logins at which it was tried.
type use struct {
	logins       [2]string
	acknowledged [2]bool
}

const spenders = 2

func (w *witness) spenders(ctx context.Context, n int) (all []*spender, err error) {
	for i := range n {
		s := &spender{witness: w, account: "codes-" + strconv.Itoa(i)}
		if _, err := w.register(ctx, s.account, 1); err != nil {
			return nil, err
		}
		var made struct{ Codes []string }
		if err := w.post(ctx, "/v1/accounts/"+s.account+"/recovery-codes", w.stack.Key, nil, &made); err != nil {
			return nil, err
		}
		s.codes = made.Codes
		all = append(all, s)
	}
	return all, nil
}

func (s *spender) run(ctx context.Context) {
	for _, code := range s.codes {
		if !backoff.Wait(ctx, 3*pace) {
			return
		}
		var u use
		var asked [2]client.Approval
		for i := range asked {
			if !until(ctx, func() (ok bool) { asked[i], ok = s.open(ctx); return ok }) {
				return
			}
			u.logins[i] = asked[i].ID
		}
		var both sync.WaitGroup
		for i, a := range asked {
			both.Go(func() { u.acknowledged[i] = s.enter(ctx, a, code) })
		}
		both.Wait()
		s.keep(u)
		for _, id := range u.logins {
			_ = s.service.CancelApproval(ctx, id) // one of them has ended
		}
	}
}

func (s *spender) keep(u use) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = append(s.used, u)
}

// confirmed counts the codes that have confirmed a login.
func (s *spender) confirmed() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.used {
		if u.acknowledged[0] || u.acknowledged[1] {
			n++
		}
	}
	return n
}

func (s *spender) open(ctx context.Context) (client.Approval, bool) {
	a, err := s.ask(ctx, s.account)
	return a, err == nil
}

// enter confirms a login by the code, until there is an answer.
func (s *spender) enter(ctx context.Context, a client.Approval, code string) (confirmed bool) {
	body := map[string]string{"method": "recovery", "code": code}
	until(ctx, func() bool {
		err := s.post(ctx, "/v1/approvals/"+a.ID+"/code", a.Socket.Ticket, body, nil)
		confirmed = err == nil
		return err == nil || answered(err)
	})
	return confirmed
}

// answered says that the server has made up its mind.
func answered(err error) bool {
	c := code(err)
	return c != "" && c != "unavailable"
}

// spent returns what was used twice, or acknowledged and not kept.
func (s *spender) spent(ctx context.Context) (broken []string, err error) {
	for _, u := range s.used {
		rows, err := s.stack.Outcomes(ctx, u.logins[:])
		if err != nil {
			return nil, err
		}
		broken = append(broken, u.judge(rows)...)
	}
	return broken, nil
}

func (u use) judge(rows []local.Outcome) (broken []string) {
	approved := map[string]bool{}
	for _, row := range rows {
		if row.Status == "approved" {
			approved[row.Approval] = true
		}
	}
	if len(approved) > 1 {
		broken = append(broken, fmt.Sprintf("invariant 5: one recovery code confirmed both %s and %s", u.logins[0], u.logins[1]))
	}
	for i, id := range u.logins {
		if u.acknowledged[i] && !approved[id] {
			broken = append(broken, fmt.Sprintf("invariant 3: the code at %s was acknowledged, and it is not approved", id))
		}
	}
	return broken
}

// post sends what package client has no method for.
func (w *witness) post(ctx context.Context, path, bearer string, body, answer any) error {
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("faults: %w", err)
		}
		sent = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.stack.ServerURL+path, sent)
	if err != nil {
		return fmt.Errorf("faults: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Origin", local.Origin)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := w.phones.Do(req)
	if err != nil {
		return fmt.Errorf("faults: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		var problem struct{ Type string }
		_ = json.NewDecoder(resp.Body).Decode(&problem) // what is no problem has no code
		return &client.Error{Status: resp.StatusCode, Code: codeOf(problem.Type)}
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

func codeOf(problem string) string { return strings.TrimPrefix(problem, "urn:jawort:problem:") }
