package audit

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// EntryVersion is the `v` of the entries that this code writes and reads.
const EntryVersion = 1

// Entry is one thing that happened. It holds no personal data.
type Entry struct {
	V           int             `json:"v"`
	Sequence    int64           `json:"sequence"`
	ID          string          `json:"id"`
	Tenant      string          `json:"tenant"`
	Application string          `json:"application,omitempty"`
	Account     string          `json:"account,omitempty"` // its id, never the login number
	Kind        string          `json:"kind"`              // e.g. approval.approved
	Subject     string          `json:"subject,omitempty"` // id of what it happened to
	Actor       string          `json:"actor,omitempty"`   // id of who did it
	Data        json.RawMessage `json:"data"`              // plain facts: one JSON object
	Time        time.Time       `json:"time"`              // when it happened, in UTC to the microsecond
	Commitments map[string]Hash `json:"commitments,omitempty"`
	Previous    Hash            `json:"previous"`
	Hash        Hash            `json:"hash"`
}

// digest returns the hash that the entry must have.
func (e *Entry) digest() Hash {
	fields := [][]byte{
		e.Previous[:], number(e.Sequence), []byte(e.ID), []byte(e.Tenant), []byte(e.Application), []byte(e.Account),
		[]byte(e.Kind), []byte(e.Subject), []byte(e.Actor), e.Data, number(e.Time.UnixMicro()), number(int64(len(e.Commitments))),
	}
	for _, name := range slices.Sorted(maps.Keys(e.Commitments)) {
		commitment := e.Commitments[name]
		fields = append(fields, []byte(name), commitment[:])
	}
	return digest(entryName, fields...)
}
