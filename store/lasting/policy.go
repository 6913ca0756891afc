package lasting

import (
	"encoding/json"
	"fmt"
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
