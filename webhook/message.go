package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// MaxPayload is the most bytes that a body has, as Standard Webhooks advises.
const MaxPayload = 20 << 10

// Event is something that happened, with the facts as they were written down.
type Event struct {
	Type        string
	At          time.Time
	Application string
	Account     string
	Subject     string
	Facts       json.RawMessage // an object, or nothing
}

// Payload returns the body that endpoints get. Of the facts it takes those that the type names, where they are plain.
func (e Event) Payload() ([]byte, error) {
	t, ok := typeOf(e.Type)
	if !ok {
		return nil, fmt.Errorf("webhook: no type is called %q", e.Type)
	}
	data := t.plain(e.Facts)
	for name, id := range map[string]string{"application": e.Application, "account": e.Account, t.Subject: e.Subject} {
		if name != "" && id != "" {
			data[name] = id
		}
	}
	body, err := json.Marshal(struct {
		Type      string         `json:"type"`
		Timestamp time.Time      `json:"timestamp"`
		Data      map[string]any `json:"data"`
	}{e.Type, e.At.UTC(), data})
	if err != nil {
		return nil, fmt.Errorf("webhook: payload: %w", err)
	}
	if len(body) > MaxPayload {
		return nil, fmt.Errorf("webhook: the payload of %s has %d bytes", e.Type, len(body))
	}
	return body, nil
}

// plain returns the facts that may leave the house. What cannot be read is no fact.
func (t Type) plain(facts json.RawMessage) map[string]any {
	told := map[string]any{}
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader(facts))
	d.UseNumber() // amounts stay as they were written
	if d.Decode(&all) != nil {
		return told
	}
	for _, name := range t.Facts {
		if v, ok := all[name]; ok && plain(v) {
			told[name] = v
		}
	}
	return told
}

// word is what an id, a code word, a date or an amount looks like. Names, addresses and sentences do not.
var word = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,64}$`)

const maxWords = 32

func plain(v any) bool {
	switch v := v.(type) {
	case string:
		return word.MatchString(v)
	case json.Number:
		return len(v) <= 64
	case bool:
		return true
	case []any:
		return len(v) <= maxWords && !slices.ContainsFunc(v, func(one any) bool {
			s, isWord := one.(string)
			return !isWord || !word.MatchString(s)
		})
	}
	return false
}
