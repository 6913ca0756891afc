package account

import (
	"fmt"
	"strings"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
)

// TenantPolicy is what an organisation says about itself.
type TenantPolicy struct {
	Support    Texts     `json:"support,omitzero" yaml:"support,omitempty"`      // whom somebody asks who can get no further
	Language   string    `json:"language,omitempty" yaml:"language,omitempty"`   // de or en, where an account says nothing; default: en
	TimeZone   string    `json:"time_zone,omitempty" yaml:"time_zone,omitempty"` // IANA name; default: UTC
	Region     string    `json:"region,omitempty" yaml:"region,omitempty"`       // ISO 3166, e.g. DE: where a telephone number without country code belongs; empty: each needs one
	Notify     []string  `json:"notify,omitempty" yaml:"notify,omitempty"`       // e-mail addresses of whom budgets are announced to
	Retention  Retention `json:"retention,omitzero" yaml:"retention,omitempty"`
	Invitation Letter    `json:"invitation,omitzero" yaml:"invitation,omitempty"` // empty: the catalogue's
	Reminder   Letter    `json:"reminder,omitzero" yaml:"reminder,omitempty"`     // empty: the catalogue's
}

// Texts is one text in the languages that people read.
type Texts struct {
	German  string `json:"de,omitempty" yaml:"de,omitempty"`
	English string `json:"en,omitempty" yaml:"en,omitempty"`
}

// Letter is a text by e-mail in the tenant's words. It carries no code.
type Letter struct {
	Subject Texts `json:"subject,omitzero" yaml:"subject,omitempty"`
	Text    Texts `json:"text,omitzero" yaml:"text,omitempty"`
}

// Retention says after how many months something is erased. 0: it is kept.
type Retention struct {
	Outcomes int `json:"outcomes,omitempty" yaml:"outcomes,omitempty"` // what they hold; that they ended, and how, stays
	// PersonalData is what outcomes hold, deleted accounts, phones that were given up, networks of reported logins, numbers in
	// the ledger, and what lies beside the audit log.
	PersonalData int `json:"personal_data,omitempty" yaml:"personal_data,omitempty"`
}

// The languages.
const (
	German  = "de"
	English = "en"
)

const (
	maxLetter = 4 << 10 // bytes
	maxMonths = 240
	maxNotify = 10
)

// In returns the text in the language, or the other one where it has none.
func (t Texts) In(language string) string {
	if (language == German && t.German != "") || t.English == "" {
		return t.German
	}
	return t.English
}

// WithDefaults returns the policy with what was not given filled in.
func (p TenantPolicy) WithDefaults() TenantPolicy {
	fill(&p.Language, English)
	fill(&p.TimeZone, "UTC")
	return p
}

// Zone returns the tenant's time zone.
func (p TenantPolicy) Zone() (*time.Location, error) {
	zone, err := time.LoadLocation(p.WithDefaults().TimeZone)
	if err != nil {
		return nil, fmt.Errorf("account: time zone: %w", err)
	}
	return zone, nil
}

// Local returns the time in the tenant's zone. One that this machine does not know must not keep people from being told: UTC then.
func (p TenantPolicy) Local(t time.Time) time.Time {
	zone, err := p.Zone()
	if err != nil {
		return t.UTC()
	}
	return t.In(zone)
}

// Validate names the first field that cannot be.
func (p TenantPolicy) Validate() error {
	if err := ValidateLanguage("language", p.Language); err != nil {
		return err
	}
	if _, err := p.Zone(); err != nil || p.TimeZone == "Local" { // Local is the server's, whichever that is
		return refusal.Field("time_zone", "must be the IANA name of a time zone, such as Europe/Berlin")
	}
	if err := validateRegion(p.Region); err != nil {
		return err
	}
	if err := p.Support.validate("support"); err != nil {
		return err
	}
	if err := validateNotify(p.Notify); err != nil {
		return err
	}
	if err := p.Retention.validate(); err != nil {
		return err
	}
	if err := p.Invitation.validate("invitation"); err != nil {
		return err
	}
	return p.Reminder.validate("reminder")
}

// ValidateLanguage refuses a language that has no catalogue. Empty passes.
func ValidateLanguage(field, language string) error {
	if language != "" && language != German && language != English {
		return refusal.Field(field, "must be de or en")
	}
	return nil
}

// validateNotify takes addresses in the form in which they are kept.
func validateNotify(addresses []string) error {
	if len(addresses) > maxNotify {
		return refusal.Field("notify", "at most 10 addresses")
	}
	for i, address := range addresses {
		field := fmt.Sprintf("notify[%d]", i)
		kept, err := factor.ParseAddress(field, address)
		if err != nil {
			return err
		}
		if kept != address {
			return refusal.Field(field, "must have its domain in lower case")
		}
	}
	return nil
}

func validateRegion(region string) error {
	if region != "" && (len(region) != 2 || strings.Trim(region, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		return refusal.Field("region", "must be the two capital letters of a country, such as DE")
	}
	return nil
}

func (r Retention) validate() error {
	if r.Outcomes < 0 || r.Outcomes > maxMonths {
		return refusal.Field("retention.outcomes", "must be 1 to 240 months, or 0 to keep them")
	}
	if r.PersonalData < 0 || r.PersonalData > maxMonths {
		return refusal.Field("retention.personal_data", "must be 1 to 240 months, or 0 to keep them")
	}
	return nil
}

func (t Texts) validate(field string) error {
	if err := approval.CheckText(field+".de", t.German); err != nil {
		return err
	}
	return approval.CheckText(field+".en", t.English)
}

func (l Letter) validate(field string) error {
	if err := l.Subject.validate(field + ".subject"); err != nil {
		return err
	}
	if err := validateWords(field+".text.de", l.Text.German); err != nil {
		return err
	}
	return validateWords(field+".text.en", l.Text.English)
}

// validateWords checks each word by itself: a letter is longer than a text that a phone shows, and has lines.
func validateWords(field, text string) error {
	if len(text) > maxLetter {
		return refusal.Field(field, "at most 4096 bytes")
	}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == '\n' }) {
		if err := approval.CheckText(field, word); err != nil {
			return err
		}
	}
	return nil
}
