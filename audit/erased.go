package audit

import (
	"encoding/json"
	"time"
)

// The kinds of the entries that say that something was erased. What is gone without one was removed by somebody else.
const (
	AccountErased  = "account.erased"  // all that is personal of the entry's account
	OutcomesErased = "outcomes.erased" // by retention: what outcomes hold, from before the time in its data
	PersonalErased = "personal.erased" // by retention: what lies beside entries, from before the time in its data
)

// Before is the data of the entries by which retention says what it erased.
type Before struct {
	Before time.Time `json:"before"`
	Count  int       `json:"count"`
}

// Erasures holds what is gone against what entries say was erased. It remembers one entry for each account of which
// something is gone, and kind.
type Erasures struct {
	accounts map[string]bool
	before   map[string]time.Time // by the kind of what retention erased
	gone     map[gone]newest
}

// gone is what something was of.
type gone struct{ kind, account string }

// newest is the latest entry of which something is gone: who explains it, explains the earlier ones.
type newest struct {
	sequence int64
	at       time.Time
}

// Said takes what an entry says.
func (x *Erasures) Said(kind, account string, data json.RawMessage) {
	switch kind {
	case AccountErased:
		put(&x.accounts, account, true)
	case OutcomesErased, PersonalErased:
		var said Before
		if json.Unmarshal(data, &said) == nil && said.Before.After(x.before[kind]) {
			put(&x.before, kind, said.Before)
		}
	}
}

// Gone takes an entry of which something is gone that only an entry of the account's erasure, or of the kind, explains.
func (x *Erasures) Gone(kind string, e Entry) {
	of := gone{kind, e.Account}
	if before, ok := x.gone[of]; !ok || e.Time.After(before.at) {
		put(&x.gone, of, newest{e.Sequence, e.Time})
	}
}

// Unexplained returns the sequence of an entry, and of what kind is gone there, or 0 where all is explained.
func (x *Erasures) Unexplained() (sequence int64, kind string) {
	for of, entry := range x.gone {
		explained := x.accounts[of.account] || entry.at.Before(x.before[of.kind])
		if !explained && (sequence == 0 || entry.sequence < sequence) {
			sequence, kind = entry.sequence, of.kind
		}
	}
	return sequence, kind
}

func put[K comparable, V any](m *map[K]V, key K, value V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = value
}
