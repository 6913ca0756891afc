package messages

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
)

// Kept is what is kept of a message. Where it went is known until its way through the queue has ended; so is what it says, which
// is left out where that is a code.
type Kept struct {
	ID          string          `json:"id"`
	Application string          `json:"application,omitempty"`
	Approval    string          `json:"approval,omitempty"`
	Channel     courier.Channel `json:"channel"`
	Purpose     courier.Purpose `json:"purpose"`
	State       courier.State   `json:"state"`
	Address     string          `json:"address,omitempty"`
	Subject     string          `json:"subject,omitempty"`
	Text        string          `json:"text,omitempty"`
	Provider    string          `json:"provider,omitempty"` // that took it; known for a week
	Reason      string          `json:"reason,omitempty"`   // of the last failure
	CreatedAt   time.Time       `json:"created_at"`
	ExpiresAt   time.Time       `json:"expires_at"`
	EndedAt     time.Time       `json:"ended_at,omitzero"`
}

// Dossier returns the messages to an account, oldest first.
func (s *Store) Dossier(ctx context.Context, a account.Account) (any, error) {
	type row struct {
		Kept
		sealed []byte
	}
	found, err := db.All(ctx, s.db.Reads(), func(r db.Row) (m row, err error) {
		return m, r.Scan(&m.ID, &m.Application, &m.Approval, &m.Channel, &m.Purpose, &m.State, &m.sealed, &m.Provider, &m.Reason,
			db.Into(&m.CreatedAt), db.Into(&m.ExpiresAt), db.Into(&m.EndedAt))
	}, `SELECT id, application, approval, channel, purpose, state, sealed,
			COALESCE((SELECT MAX(r.provider) FROM message_references r WHERE r.message = messages.id AND r.message <> ''), ''),
			reason, created_at, expires_at, ended_at
		FROM messages WHERE (account = $1 AND account <> '' AND recipient = '') OR (recipient = $1 AND recipient <> '') ORDER BY created_at, id`, a.ID)
	if err != nil {
		return nil, err
	}
	kept := make([]Kept, len(found))
	for i, m := range found {
		kept[i] = m.Kept
		if m.sealed == nil {
			continue
		}
		if err := s.unseal(&kept[i], m.sealed); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

func (s *Store) unseal(m *Kept, sealed []byte) error {
	plain, err := s.sealer.Open(sealed, keys.Message)
	if err != nil {
		return fmt.Errorf("messages: open %s: %w", m.ID, err)
	}
	var c content
	if json.Unmarshal(plain, &c) != nil {
		return fmt.Errorf("messages: %s is unreadable", m.ID)
	}
	m.Address = c.Address
	if m.Purpose == courier.PurposeNotice || m.Purpose == courier.PurposeInvitation {
		m.Subject, m.Text = c.Subject, c.Text
	}
	return nil
}
