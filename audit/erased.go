package audit

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/jawort/jawort/id"
)

// The kinds of the entries that say that something was erased. What is gone without one was removed by somebody else.
const (
	AccountErased  = "account.erased"  // all that is personal of the entry's account
	DeviceErased   = "device.erased"   // what is personal of who held the entry's subject: of one holder of a shared login
	OutcomesErased = "outcomes.erased" // by retention: what outcomes hold, from before the time in its data
	PersonalErased = "personal.erased" // by retention: what lies beside entries, from before the time in its data
)

// Before is the data of the entries by which retention says what it erased.
type Before struct {
	Before time.Time `json:"before"`
	Count  int       `json:"count"`
}

// Device returns the phone whose holder the entry tells of: that which it is about, or else that which did it. Empty: none.
func (e Entry) Device() string {
	if id.Valid(id.Device, e.Subject) {
		return e.Subject
	}
	device, _ := strings.CutPrefix(e.Actor, "device:")
	if !id.Valid(id.Device, device) {
		return ""
	}
	return device
}

// Erasures holds what is gone against what entries say was erased. It remembers one entry for each account and phone of which
// something is gone, and kind.
type Erasures struct {
	accounts map[string]bool
	devices  map[string]bool
	before   map[string]time.Time // by the kind of what retention erased
	gone     map[gone]newest
}

// gone is what something was of.
type gone struct{ kind, account, device string }

// newest is the latest entry of which something is gone: who explains it, explains the earlier ones.
type newest struct {
	sequence int64
	at       time.Time
}

// Said takes what an entry says.
func (x *Erasures) Said(e Entry) {
	switch e.Kind {
	case AccountErased:
		put(&x.accounts, e.Account, true)
	case DeviceErased:
		put(&x.devices, e.Subject, true)
	case OutcomesErased, PersonalErased:
		var said Before
		if json.Unmarshal(e.Data, &said) == nil && said.Before.After(x.before[e.Kind]) {
			put(&x.before, e.Kind, said.Before)
		}
	}
}

// Gone takes an entry of which something is gone that only an entry of the account's erasure, or of the kind, explains; where it lay
// beside the entry, also one of the erasure of its phone.
func (x *Erasures) Gone(kind string, e Entry) {
	of := gone{kind: kind, account: e.Account}
	if kind == PersonalErased {
		of.device = e.Device()
	}
	if before, ok := x.gone[of]; !ok || e.Time.After(before.at) {
		put(&x.gone, of, newest{e.Sequence, e.Time})
	}
}

// Unexplained returns the sequence of an entry, and of what kind is gone there, or 0 where all is explained.
func (x *Erasures) Unexplained() (sequence int64, kind string) {
	for of, entry := range x.gone {
		explained := x.accounts[of.account] || x.devices[of.device] || entry.at.Before(x.before[of.kind])
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
