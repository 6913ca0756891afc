package approval

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Context is what was known when an approval was asked for, beside what is shown: what may confirm it, what a
// confirmation gives the browser, and what a changed policy is tried on later. It holds no name, no address and no
// number of a person.
type Context struct {
	Group     string          `json:"group,omitempty"`
	Interval  *int            `json:"interval,omitempty"` // chosen for the account, in days
	HasMethod bool            `json:"has_method,omitempty"`
	Methods   []Method        `json:"methods,omitempty"` // that may confirm
	Activate  *Activate       `json:"activate,omitempty"`
	Trust     *Trust          `json:"trust,omitempty"`
	Remember  bool            `json:"remember,omitempty"` // asked for
	Offline   string          `json:"offline,omitempty"`
	DenyAny   bool            `json:"deny_any,omitempty"` // one phone's deny ends it; otherwise that of all
	Network   string          `json:"network,omitempty"`  // of the browser: /24 or /48
	Session   string          `json:"session,omitempty"`  // hash
	Family    string          `json:"family,omitempty"`   // of the browser
	System    string          `json:"system,omitempty"`
	Country   string          `json:"country,omitempty"`
	Lineage   string          `json:"lineage,omitempty"` // the same over all confirmations of one browser
	Changed   bool            `json:"changed,omitempty"` // a trusted browser that was not what it had been
	Step      string          `json:"step,omitempty"`    // what somebody in the portal wants to do, of which this is the confirmation; empty: it is none
	Preset    string          `json:"preset,omitempty"`  // of the application, and
	Digits    int             `json:"digits,omitempty"`  // how many a phone enters: what a confirmation is worth
	Reason    json.RawMessage `json:"reason,omitempty"`
}

// Activate is what somebody without a method may activate to finish this login.
type Activate struct {
	Methods     []Method `json:"methods"`
	Required    int      `json:"required"`
	Recommended int      `json:"recommended"`
}

// Trust is what the browser gets when the login is confirmed.
type Trust struct {
	For      time.Duration `json:"for"` // 0: nothing
	Set      string        `json:"set"` // of applications
	Remember bool          `json:"remember,omitempty"`
}

// May reports whether the method may confirm.
func (c Context) May(m Method) bool { return slices.Contains(c.Methods, m) }

// StepAddDevice is the step by which somebody in the portal adds a phone.
const StepAddDevice = "add-device"

// Enrols reports whether a confirmation may authorise a phone: that of a login, and of the wish for one. What was confirmed for another step is for that alone.
func (c Context) Enrols() bool { return c.Step == "" || c.Step == StepAddDevice }

// Phones reports whether phones may answer: those that are registered, or one that is registered for this first login. What
// was asked without a context is for phones.
func (c Context) Phones() bool {
	if len(c.Methods) == 0 && c.Activate == nil {
		return true
	}
	return c.May(MethodPush) || (c.Activate != nil && slices.Contains(c.Activate.Methods, MethodPush))
}

// Encode returns the context as it is kept.
func (c Context) Encode() (string, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("approval: encode context: %w", err)
	}
	return string(b), nil
}

// ParseContext reads a kept context; an empty one is zero.
func ParseContext(text string) (c Context, err error) {
	if text == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return Context{}, fmt.Errorf("approval: context: %w", err)
	}
	return c, nil
}
