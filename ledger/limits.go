package ledger

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/jawort/jawort/refusal"
)

// Limits slow pumping, and the flooding of mailboxes: each bounds the messages to one subject. What is left out has its default, so that a limit can be
// made wide but not forgotten.
type Limits struct {
	Account     []Rate `json:"account,omitempty" yaml:"account,omitempty"`
	Application []Rate `json:"application,omitempty" yaml:"application,omitempty"`
	Number      []Rate `json:"number,omitempty" yaml:"number,omitempty"`
	Prefix      []Rate `json:"prefix,omitempty" yaml:"prefix,omitempty"`

	// Of codes by e-mail, which cost nothing but the name of whoever sends them.
	EmailAccount     []Rate `json:"email_account,omitempty" yaml:"email_account,omitempty"`
	EmailAddress     []Rate `json:"email_address,omitempty" yaml:"email_address,omitempty"`
	EmailApplication []Rate `json:"email_application,omitempty" yaml:"email_application,omitempty"`
}

// DefaultLimits are those of a tenant that has not said otherwise.
func DefaultLimits() Limits {
	return Limits{
		Account:     []Rate{{10, time.Hour}},
		Application: []Rate{{1000, 10 * time.Minute}},
		Number:      []Rate{{5, 10 * time.Minute}, {10, 24 * time.Hour}},
		Prefix:      []Rate{{100, 10 * time.Minute}},

		EmailAccount:     []Rate{{5, 10 * time.Minute}, {20, 24 * time.Hour}},
		EmailAddress:     []Rate{{5, 10 * time.Minute}, {20, 24 * time.Hour}},
		EmailApplication: []Rate{{1000, 10 * time.Minute}},
	}
}

type limit struct {
	name  string
	rates *[]Rate
}

func (l *Limits) sms() []limit {
	return []limit{{"account", &l.Account}, {"application", &l.Application}, {"number", &l.Number}, {"prefix", &l.Prefix}}
}

func (l *Limits) email() []limit {
	return []limit{{"email_account", &l.EmailAccount}, {"email_application", &l.EmailApplication}, {"email_address", &l.EmailAddress}}
}

func (l *Limits) all() []limit { return append(l.sms(), l.email()...) }

// All returns the limits by their names, to be read and changed.
func (l *Limits) All() iter.Seq2[string, *[]Rate] {
	return func(yield func(string, *[]Rate) bool) {
		for _, limit := range l.all() {
			if !yield(limit.name, limit.rates) {
				return
			}
		}
	}
}

// Bound is one rate for one subject.
type Bound struct {
	Limit   string // the name of the limit: account, application, number, prefix, notice, email_account, …
	Subject string
	Rate    Rate
}

// String names the bound in one word; two bounds of a tenant never have the same.
func (b Bound) String() string {
	return b.Limit + ":" + strconv.FormatInt(int64(b.Rate.Per/time.Second), 10) + ":" + b.Subject
}

// Bounds returns all that an SMS is bound by, in the order of their names. The number is given as its keyed hash.
func (l Limits) Bounds(account, application, numberHash, prefix string) []Bound {
	return boundsOf(l.sms(), account, application, numberHash, prefix)
}

// EmailBounds returns all that an e-mail with a code is bound by, in the order of their names. The address is given as its keyed hash.
func (l Limits) EmailBounds(account, application, addressHash string) []Bound {
	return boundsOf(l.email(), account, application, addressHash)
}

func boundsOf(limits []limit, subjects ...string) []Bound {
	var bounds []Bound
	for i, limit := range limits {
		for _, rate := range *limit.rates {
			bounds = append(bounds, Bound{limit.name, subjects[i], rate})
		}
	}
	slices.SortFunc(bounds, func(a, b Bound) int { return cmp.Compare(a.String(), b.String()) })
	return bounds
}

// NoticeRate bounds the notices to one number. They share no rate with codes: whoever asks for codes must not silence the warning.
var NoticeRate = Rate{6, 24 * time.Hour}

// day is how long a window is at least in which a code that was used gives its place back.
const day = 24 * time.Hour

// ReturnedBy returns the bounds in which a code that was used gives its place back: those of its number and account for a day or
// longer, where the same limit has a shorter one too. Who logs in does not pump, and must not be locked out by having done so; how fast
// somebody can do it is bounded by the shorter ones all the same.
func (l Limits) ReturnedBy(account, numberHash string) []Bound {
	all := l.Bounds(account, "", numberHash, "")
	return slices.DeleteFunc(slices.Clone(all), func(b Bound) bool {
		shorter := slices.ContainsFunc(all, func(other Bound) bool { return other.Limit == b.Limit && other.Rate.Per < day })
		return !shorter || b.Rate.Per < day || (b.Limit != "account" && b.Limit != "number")
	})
}

// LockOut is that an account with no method but SMS is refused a code because of too many.
const LockOut Event = "sms.limited"

// lockOutRate is how often a tenant is told so of one account.
var lockOutRate = Rate{1, day}

// LockOutBounds returns all that telling of a lock-out is bound by.
func LockOutBounds(account string) []Bound { return []Bound{{"locked-out", account, lockOutRate}} }

// NoticeBounds returns all that a notice is bound by.
func NoticeBounds(numberHash string) []Bound { return []Bound{{"notice", numberHash, NoticeRate}} }

func (l Limits) withDefaults() Limits {
	defaults := DefaultLimits()
	for i, limit := range l.all() {
		if len(*limit.rates) == 0 {
			*limit.rates = *defaults.all()[i].rates
		}
	}
	return l
}

const maxRates = 4

func (l Limits) validate(field string) error {
	for _, limit := range l.all() {
		if err := validateRates(field+"."+limit.name, *limit.rates); err != nil {
			return err
		}
	}
	return nil
}

func validateRates(field string, rates []Rate) error {
	if len(rates) > maxRates {
		return refusal.Field(field, "has more than 4 rates")
	}
	seen := map[time.Duration]bool{}
	for _, rate := range rates {
		if err := rate.validate(field); err != nil {
			return err
		}
		if seen[rate.Per] {
			return refusal.Field(field, "has two rates for the same time")
		}
		seen[rate.Per] = true
	}
	return nil
}
