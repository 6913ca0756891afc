package audit

import (
	"crypto/hmac"
	"fmt"
	"io"
)

// Opening is what opens a commitment: the personal data and the key. Erasing both erases the data from the log.
type Opening struct {
	Value string `json:"value"`
	Key   Key    `json:"key"`
}

// Personal is the personal data beside one entry, by field.
type Personal map[string]Opening

// commit puts commitments into the entry, each under a key of its own, and returns what opens them.
func commit(e *Entry, values map[string]string, random io.Reader) (Personal, error) {
	if len(values) == 0 {
		return nil, nil
	}
	e.Commitments = make(map[string]Hash, len(values))
	beside := make(Personal, len(values))
	for name, value := range values {
		name, opening := readable(name), Opening{Value: readable(value)}
		if _, err := io.ReadFull(random, opening.Key[:]); err != nil {
			return nil, fmt.Errorf("audit: key of a commitment: %w", err)
		}
		beside[name] = opening
		e.Commitments[name] = opening.commitment(e.ID, name)
	}
	return beside, nil
}

// commitment is bound to entry and field, so that an opening cannot be moved.
func (o Opening) commitment(entry, name string) Hash {
	return authenticate(o.Key, personalName, []byte(entry), []byte(name), []byte(o.Value))
}

// Erased lists, in no order, the fields of the entry whose data is not beside it any more.
func (p Personal) Erased(e Entry) []string {
	var gone []string
	for name := range e.Commitments {
		if _, ok := p[name]; !ok {
			gone = append(gone, name)
		}
	}
	return gone
}

// check returns a fault where what lies beside the entry is not what it committed to.
func (p Personal) check(e Entry) *Fault {
	for name, opening := range p {
		made, kept := opening.commitment(e.ID, name), e.Commitments[name] // zero where the entry does not know the field
		if !hmac.Equal(made[:], kept[:]) {
			return fault(Edited, e.Sequence, "personal data %q is not what the entry committed to", name)
		}
	}
	return nil
}
