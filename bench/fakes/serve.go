package fakes

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw/pushtest"
)

// maxLine bounds a line of the pipe, in both directions: a thousand addresses are below it.
const maxLine = 4 << 20

// answer is a line to the owner that is no push.
type answer struct {
	Config    json.RawMessage     `json:"config,omitempty"`
	Addresses []phone.PushAddress `json:"addresses,omitempty"`
}

// asked is a line from the owner.
type asked struct {
	Provider string `json:"provider"`
	Count    int    `json:"count"`
	Mood     Mood   `json:"mood,omitempty"` // in place of addresses
}

// Serve runs the stand-ins until the owner closes in. What an operator would get from the services it writes to dir.
func Serve(dir, keyFile string, in io.Reader, out io.Writer) (err error) {
	set, err := keys.Load(keyFile)
	if err != nil {
		return err
	}
	vapid, _ := set.VAPID()
	all, err := open(vapid)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, all.Close()) }()
	config, err := all.configure(dir)
	if err != nil {
		return err
	}
	encoded, err := json.Marshal(config)
	if err != nil {
		return err
	}
	w := &teller{out: out}
	all.listen(w.push)
	if err := w.answer(answer{Config: encoded}); err != nil {
		return err
	}
	return all.answer(in, w)
}

// answer hands out addresses until the owner closes in.
func (s services) answer(in io.Reader, w *teller) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		var q asked
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return fmt.Errorf("fakes: unreadable line: %w", err)
		}
		if q.Mood != "" {
			if err := s.feel(q.Provider, q.Mood); err != nil {
				return err
			}
		}
		a := answer{Addresses: make([]phone.PushAddress, q.Count)}
		for i := range a.Addresses {
			var err error
			if a.Addresses[i], err = s.address(q.Provider); err != nil {
				return err
			}
		}
		if err := w.answer(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

// teller writes whole lines.
type teller struct {
	mu  sync.Mutex
	out io.Writer
}

func (t *teller) answer(a answer) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return t.line(append(b, '\n'))
}

// push is a line of its own form: there are many, and the generator has other things to do than to read JSON.
func (t *teller) push(p pushtest.Push) {
	_ = t.line(fmt.Appendf(nil, "%s %d %s %s %s\n", pushMark, p.At.UnixNano(), word(p.Type), word(p.ID), word(p.Token)))
}

func (t *teller) line(b []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, err := t.out.Write(b)
	return err
}

const pushMark = "push"

// word keeps what an app was sent from breaking the line.
func word(s string) string {
	if s == "" || strings.ContainsAny(s, " \n") {
		return "?"
	}
	return s
}
