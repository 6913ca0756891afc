package audit

import (
	"encoding/json"
	"fmt"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
)

// digest scans a kept hash or key.
type digest [32]byte

// Scan implements sql.Scanner.
func (d *digest) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok || len(b) != len(d) {
		return fmt.Errorf("audit: a digest came as %T of %d bytes", src, len(b))
	}
	copy(d[:], b)
	return nil
}

const entryColumns = `sequence, id, tenant, application, account, kind, subject, actor, data, at, commitments, previous, hash`

func scanEntry(r db.Row) (e domain.Entry, err error) {
	var data, commitments string
	err = r.Scan(&e.Sequence, &e.ID, &e.Tenant, &e.Application, &e.Account, &e.Kind, &e.Subject, &e.Actor,
		&data, db.Into(&e.Time), &commitments, (*digest)(&e.Previous), (*digest)(&e.Hash))
	if err != nil {
		return e, err
	}
	e.V, e.Data = domain.EntryVersion, json.RawMessage(data)
	if err := json.Unmarshal([]byte(commitments), &e.Commitments); err != nil {
		return e, fmt.Errorf("commitments of entry %d: %w", e.Sequence, err)
	}
	return e, nil
}

func entryRow(e domain.Entry) ([]any, error) {
	commitments, err := json.Marshal(e.Commitments)
	if err != nil {
		return nil, fmt.Errorf("audit: encode commitments: %w", err)
	}
	return []any{
		e.Sequence, e.ID, e.Tenant, e.Application, e.Account, e.Kind, e.Subject, e.Actor,
		string(e.Data), db.Micros(e.Time), string(commitments), e.Previous[:], e.Hash[:],
	}, nil
}

const personalColumns = `tenant, sequence, name, account, at, value, key`

func personalRows(e domain.Entry, beside domain.Personal) [][]any {
	var rows [][]any
	for name, opening := range beside {
		rows = append(rows, []any{e.Tenant, e.Sequence, name, e.Account, db.Micros(e.Time), opening.Value, opening.Key[:]})
	}
	return rows
}
