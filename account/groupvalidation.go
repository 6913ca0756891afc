package account

import (
	"fmt"
	"maps"
	"slices"

	"github.com/jawort/jawort/refusal"
)

// Validate names the first field that cannot be.
func (p GroupPolicy) Validate() error {
	p = p.WithDefaults()
	if err := p.Interval.validate(); err != nil {
		return err
	}
	if err := p.validateNames(); err != nil {
		return err
	}
	if err := validateMethods("methods", p.Methods); err != nil {
		return err
	}
	if err := p.Activation.validate(); err != nil {
		return err
	}
	return validateEnforcement(p.EnforcedFrom)
}

func (i Interval) validate() error {
	switch {
	case i.Max < 0 || i.Max > MaxIntervalDays:
		return refusal.Field("interval.max", "must be 0 (always) to 7 days")
	case i.Min < 0 || i.Min > i.Max:
		return refusal.Field("interval.min", "must be 0 (always) to interval.max days")
	case i.Default < i.Min || i.Default > i.Max:
		return refusal.Field("interval.default", "must lie between interval.min and interval.max")
	default:
		return nil
	}
}

func (p GroupPolicy) validateNames() error {
	for _, f := range []struct {
		name  string
		known bool
		must  string
	}{
		{"sharing", slices.Contains([]Sharing{SharingAllowed, SharingForbidden}, p.Sharing), "must be allowed or forbidden"},
		{"deny", slices.Contains([]Deny{DenyAny, DenyAll}, p.Deny), "must be any or all"},
		{
			"first_binding", slices.Contains([]Binding{BindingNone, BindingPhoneOnRecord, BindingOperator}, p.FirstBinding),
			"must be none, phone_on_record or operator",
		},
		{"sms.switch", slices.Contains([]Switch{SwitchAccount, SwitchOn, SwitchOff}, p.SMS.Switch), "must be account, on or off"},
		{"sms.payer", slices.Contains([]Payer{PayerManager, PayerAccount}, p.SMS.Payer), "must be manager or account"},
	} {
		if !f.known {
			return refusal.Field(f.name, f.must)
		}
	}
	return nil
}

func (a Activation) validate() error {
	if a.Required < 1 || a.Required > maxActivated {
		return refusal.Field("activation.required", "must be 1 to 5 methods")
	}
	if a.Recommended < a.Required || a.Recommended > maxActivated {
		return refusal.Field("activation.recommended", "must be activation.required to 5 methods")
	}
	return nil
}

func validateEnforcement(from map[string]Date) error {
	for _, application := range slices.Sorted(maps.Keys(from)) {
		if err := ValidateName("enforced_from", application); err != nil {
			return err
		}
		if from[application].IsZero() {
			return refusal.Field(fmt.Sprintf("enforced_from[%s]", application), "must be a date such as 2027-01-01, or a time such as 2027-01-01T08:00:00Z")
		}
	}
	return nil
}
