package audit

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jawort/jawort/account"
	domain "github.com/jawort/jawort/audit"
)

// Kept is an entry as the person whom it is about is told it: with its personal data, without what only proves that it is genuine.
type Kept struct {
	ID          string            `json:"id"`
	Application string            `json:"application,omitempty"`
	Kind        string            `json:"kind"`
	Subject     string            `json:"subject,omitempty"`
	Actor       string            `json:"actor,omitempty"`
	Data        json.RawMessage   `json:"data"`
	Time        time.Time         `json:"time"`
	Personal    map[string]string `json:"personal,omitempty"`
}

// Dossier returns all entries about an account, oldest first. What happened within the last seconds may not be an entry yet.
func (s *Store) Dossier(ctx context.Context, a account.Account) (any, error) {
	return s.dossier(ctx, a, func(domain.Entry) bool { return true })
}

// DeviceDossier is Dossier of the entries that tell of who holds one phone of the account.
func (s *Store) DeviceDossier(ctx context.Context, a account.Account, device string) (any, error) {
	return s.dossier(ctx, a, func(e domain.Entry) bool { return e.Device() == device })
}

func (s *Store) dossier(ctx context.Context, a account.Account, about func(domain.Entry) bool) (any, error) {
	kept := []Kept{}
	f := Filter{Account: a.ID, OldestFirst: true, Limit: besideAtOnce}
	for {
		page, err := s.Records(ctx, a.Tenant, f)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if about(r.Entry) {
				kept = append(kept, r.kept())
			}
			f.After = r.Entry.Sequence
		}
		if len(page) < f.Limit {
			return kept, nil
		}
	}
}

func (r Record) kept() Kept {
	e := r.Entry
	k := Kept{ID: e.ID, Application: e.Application, Kind: e.Kind, Subject: e.Subject, Actor: e.Actor, Data: e.Data, Time: e.Time}
	if len(r.Personal) > 0 {
		k.Personal = make(map[string]string, len(r.Personal))
	}
	for name, opening := range r.Personal {
		k.Personal[name] = opening.Value
	}
	return k
}
