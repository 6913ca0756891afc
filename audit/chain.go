package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// Chain is where a tenant's chain ends.
type Chain struct {
	Tenant   string
	Sequence int64 // of the last entry; 0: there is none
	Hash     Hash  // of the last entry
}

// NewChain returns the chain of a tenant before its first entry. The empty tenant is the installation itself.
func NewChain(tenant string) Chain {
	return Chain{Tenant: tenant, Hash: digest(genesisName, []byte(tenant))}
}

// Fact is what is to be recorded.
type Fact struct {
	ID                   string
	Application, Account string
	Kind, Subject, Actor string
	Data                 json.RawMessage // one JSON object, or nothing
	Time                 time.Time
	Personal             map[string]string // by field
}

// Append makes the next entry of the chain, and what of it is kept beside it. It fails only where Data is no JSON object
// or random fails. Bytes that are no UTF-8 are replaced: an export could not repeat them.
func (c *Chain) Append(f Fact, random io.Reader) (Entry, Personal, error) {
	data, err := canonical(f.Data)
	if err != nil {
		return Entry{}, nil, fmt.Errorf("audit: data of %s: %w", f.ID, err)
	}
	e := Entry{
		V: EntryVersion, Sequence: c.Sequence + 1, ID: f.ID, Tenant: c.Tenant,
		Application: readable(f.Application), Account: readable(f.Account),
		Kind: readable(f.Kind), Subject: readable(f.Subject), Actor: readable(f.Actor),
		Data: data, Time: f.Time.UTC().Truncate(time.Microsecond), Previous: c.Hash,
	}
	personal, err := commit(&e, f.Personal, random)
	if err != nil {
		return Entry{}, nil, err
	}
	e.Hash = e.digest()
	c.Sequence, c.Hash = e.Sequence, e.Hash
	return e, personal, nil
}

func readable(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// canonical returns a JSON object in the one form that exports have: no spaces, names in order.
func canonical(data json.RawMessage) (json.RawMessage, error) {
	if len(data) == 0 {
		return json.RawMessage("{}"), nil
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // a float would change long numbers
	object := map[string]any{}
	if err := decoder.Decode(&object); err != nil {
		return nil, err
	}
	if object == nil { // null
		return json.RawMessage("{}"), nil
	}
	return json.Marshal(object)
}
