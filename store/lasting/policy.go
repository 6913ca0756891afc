package lasting

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// encodePolicy returns a policy as it is kept.
func encodePolicy(policy any) (string, error) {
	b, err := json.Marshal(policy)
	if err != nil {
		return "", fmt.Errorf("lasting: encode policy: %w", err)
	}
	return string(b), nil
}

// policy scans one that is kept as JSON; an empty one is the default.
type policy[T any] struct{ into *T }

func intoPolicy[T any](p *T) policy[T] { return policy[T]{p} }

// Scan implements sql.Scanner.
func (p policy[T]) Scan(src any) error {
	var text []byte
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		text = []byte(v)
	case []byte:
		text = v
	default:
		return fmt.Errorf("lasting: a policy came as %T", src)
	}
	if len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, p.into); err != nil {
		return fmt.Errorf("lasting: kept policy: %w", err)
	}
	return nil
}

// PoliciesName reports whether the policy of any group or application names the method.
func (s *Store) PoliciesName(ctx context.Context, m approval.Method) (bool, error) {
	type naming struct {
		Methods []approval.Method `json:"methods"`
	}
	named, err := db.All(ctx, s.Reads(), func(r db.Row) (n naming, err error) { return n, r.Scan(intoPolicy(&n)) }, `
		SELECT policy FROM groups WHERE policy LIKE $1 UNION SELECT policy FROM applications WHERE policy LIKE $1 AND revoked_at = 0`, `%"`+string(m)+`"%`)
	return slices.ContainsFunc(named, func(n naming) bool { return slices.Contains(n.Methods, m) }), err
}
