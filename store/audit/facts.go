package audit

import (
	"bytes"
	"context"
	"encoding/json"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// facts says of each event what is to be recorded.
func (s *Store) facts(ctx context.Context, q db.Querier, events []outbox.Event) ([]domain.Fact, error) {
	ends, err := endsOf(ctx, q, events)
	if err != nil {
		return nil, err
	}
	facts := make([]domain.Fact, len(events))
	for i, e := range events {
		f := factOf(e)
		if f.ID, err = id.New(s.random, id.AuditEntry); err != nil {
			return nil, err
		}
		if end, ok := ends[e.Subject]; ok && e.Kind == outbox.ApprovalEnded {
			end.describe(&f)
		}
		facts[i] = f
	}
	return facts, nil
}

func factOf(e outbox.Event) domain.Fact {
	return domain.Fact{
		Application: e.Application, Account: e.Account, Kind: e.Kind, Subject: e.Subject, Actor: e.Actor.String(), Time: e.At,
		Data: object(e.Data), Personal: texts(e.Personal),
	}
}

// object returns JSON of any form as an object: one event that is written strangely must not hold up all others.
func object(v any) json.RawMessage {
	raw, _ := v.(json.RawMessage)
	if raw = bytes.TrimSpace(raw); len(raw) == 0 || (raw[0] == '{' && json.Valid(raw)) {
		return raw
	}
	if !json.Valid(raw) {
		raw, _ = json.Marshal(string(raw)) // a string can always be encoded
	}
	return append(append([]byte(`{"value":`), raw...), '}')
}

// texts returns each member of an object as text: a string as it is, anything else as JSON.
func texts(v any) map[string]string {
	raw := object(v)
	var members map[string]json.RawMessage
	if len(raw) == 0 || json.Unmarshal(raw, &members) != nil {
		return nil
	}
	values := make(map[string]string, len(members))
	for name, member := range members {
		var text string
		if json.Unmarshal(member, &text) != nil {
			text = string(member)
		}
		values[name] = text
	}
	return values
}
