package organisation

import "strings"

// Count is how many accounts a plan changes, and which. What the values are is in the file.
type Count struct {
	Added     int             `json:"added"`
	Changed   int             `json:"changed"`
	Unchanged int             `json:"unchanged"`
	Fields    map[string]int  `json:"fields"` // of those that are changed, by what differs
	Accounts  []ChangedFields `json:"accounts"`
}

// ChangedFields are what differs of one account. A field that loses its value is cleared, which is seldom meant by the thousand.
type ChangedFields struct {
	Account string   `json:"account"`
	Fields  []string `json:"fields"`
	Cleared []string `json:"cleared"`
}

func (c ChangedFields) String() string {
	text := strings.Join(c.Fields, ", ")
	if len(c.Cleared) > 0 {
		text = strings.TrimPrefix(text+"; cleared: "+strings.Join(c.Cleared, ", "), "; ")
	}
	return "  " + c.Account + ": " + text
}

// Count counts the accounts of a plan.
func (p Plan) Count() Count {
	c := Count{Unchanged: p.Unchanged, Fields: map[string]int{}, Accounts: []ChangedFields{}}
	for _, s := range p.Accounts {
		if s.New() {
			c.Added++
			continue
		}
		c.Changed++
		one := ChangedFields{Account: s.After.ExternalID, Fields: []string{}, Cleared: []string{}}
		for _, f := range s.Fields {
			if f.After == "" {
				one.Cleared = append(one.Cleared, f.Name)
			} else {
				one.Fields = append(one.Fields, f.Name)
			}
			c.Fields[f.Name]++
		}
		c.Accounts = append(c.Accounts, one)
	}
	return c
}
