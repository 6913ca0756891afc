package account

import (
	"encoding/json"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// Member is a member of a request: absent, null or a value. Absent leaves a thing as it is, and null clears it.
type Member[T any] struct {
	Given bool
	Value *T // nil: null
}

// Set returns a member with a value.
func Set[T any](v T) Member[T] { return Member[T]{Given: true, Value: &v} }

// Clear returns a member that is null.
func Clear[T any]() Member[T] { return Member[T]{Given: true} }

// UnmarshalJSON implements json.Unmarshaler. It is not called where the member is absent.
func (m *Member[T]) UnmarshalJSON(text []byte) error {
	m.Given = true
	return json.Unmarshal(text, &m.Value)
}

// or returns what stands after the change: the value, none where it was cleared, and before where nothing was given.
func (m Member[T]) or(before, none T) T {
	switch {
	case !m.Given:
		return before
	case m.Value == nil:
		return none
	default:
		return *m.Value
	}
}

// Edit is what is to become of an account. Phone and Email are in the form in which they are kept.
type Edit struct {
	Label    Member[string] `json:"label"`
	Group    Member[string] `json:"group"`   // by name
	Manager  Member[string] `json:"manager"` // by login number
	Phone    Member[string] `json:"phone"`
	Email    Member[string] `json:"email"`
	Language Member[string] `json:"language"`
	Interval Member[int]    `json:"interval"`
	SMS      Member[bool]   `json:"sms"`
}

// Validate names the first member that cannot be, whatever the account. What interval can be its group says.
func (c Edit) Validate() error {
	for _, m := range []struct {
		name  string
		value Member[string]
	}{
		{"label", c.Label}, {"group", c.Group}, {"manager", c.Manager}, {"phone", c.Phone}, {"email", c.Email}, {"language", c.Language},
	} {
		if m.value.Value == nil {
			continue
		}
		if *m.value.Value == "" {
			return refusal.Field(m.name, "must not be empty; null clears it")
		}
		if err := approval.CheckText(m.name, *m.value.Value); err != nil {
			return err
		}
	}
	return ValidateLanguage("language", c.Language.or("", ""))
}

// Apply returns the account as the change makes it. Group and Manager are ids, which the caller has looked up.
func (c Edit) Apply(a Account, group, manager string) Account {
	a.Label = c.Label.or(a.Label, a.ExternalID)
	a.Group, a.Manager = group, manager
	a.Phone = c.Phone.or(a.Phone, "")
	a.Email = c.Email.or(a.Email, "")
	a.Language = c.Language.or(a.Language, "")
	a.SMSOn = c.SMS.or(a.SMSOn, false)
	if c.Interval.Given {
		a.Interval = c.Interval.Value
	}
	return a
}

// Difference names in what two states of an account differ, by the members of an Edit.
func Difference(before, after Account) []string {
	var names []string
	for _, m := range []struct {
		name string
		same bool
	}{
		{"label", before.Label == after.Label}, {"group", before.Group == after.Group}, {"manager", before.Manager == after.Manager},
		{"phone", before.Phone == after.Phone}, {"email", before.Email == after.Email}, {"language", before.Language == after.Language},
		{"interval", sameDays(before.Interval, after.Interval)}, {"sms", before.SMSOn == after.SMSOn},
	} {
		if !m.same {
			names = append(names, m.name)
		}
	}
	return names
}

func sameDays(a, b *int) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
