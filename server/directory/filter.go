package directory

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/lasting"
)

const (
	defaultPage = 100
	maxPage     = 1000
)

// readers read one parameter each.
var readers = map[string]func(f *lasting.AccountFilter, value string) error{
	"prefix":      func(f *lasting.AccountFilter, v string) error { f.Prefix = v; return nil },
	"q":           func(f *lasting.AccountFilter, v string) error { f.Query = v; return nil },
	"group":       func(f *lasting.AccountFilter, v string) error { f.Group = v; return nil },
	"manager":     func(f *lasting.AccountFilter, v string) error { f.Manager = v; return nil },
	"after":       func(f *lasting.AccountFilter, v string) error { f.After = v; return nil },
	"application": func(f *lasting.AccountFilter, v string) error { f.Application = v; return nil },
	"format":      func(*lasting.AccountFilter, string) error { return nil }, // of the answer
	"has":         func(f *lasting.AccountFilter, v string) (err error) { f.Has, err = readFacets("has", v); return err },
	"lacks": func(f *lasting.AccountFilter, v string) (err error) {
		f.Lacks, err = readFacets("lacks", v)
		return err
	},
	"used":     readUsed,
	"sms":      readSMS,
	"interval": readInterval,
	"limit":    readLimit,
}

// accountFilter reads a query. A parameter that it does not know is refused: a misspelt filter would pick everybody.
func accountFilter(query url.Values) (lasting.AccountFilter, error) {
	f := lasting.AccountFilter{Limit: defaultPage}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		read, known := readers[name]
		if !known {
			return f, refusal.Field(short(name), "is no parameter of this list")
		}
		if len(query[name]) > 1 {
			return f, refusal.Field(name, "is given more than once")
		}
		value := query.Get(name)
		if err := approval.CheckText(name, value); err != nil {
			return f, err
		}
		if value == "" {
			continue
		}
		if err := read(&f, value); err != nil {
			return f, err
		}
	}
	if (f.Application != "") != (f.Used != nil) {
		return f, refusal.Field("used", "belongs together with application: when was which one used?")
	}
	return f, nil
}

// short keeps a name that a stranger chose from filling the answer.
func short(name string) string {
	if len(name) <= 64 {
		return name
	}
	return strings.ToValidUTF8(name[:64], "") + "…"
}

func readFacets(name, value string) ([]lasting.Facet, error) {
	var list []lasting.Facet
	for one := range strings.SplitSeq(value, ",") {
		facet := lasting.Facet(strings.TrimSpace(one))
		if !slices.Contains(lasting.Facets(), facet) {
			return nil, refusal.Field(name, "must be some of phone, email, device, push, passkey, totp, sms, email_code, recovery, any, separated by commas")
		}
		list = append(list, facet)
	}
	return list, nil
}

func readUsed(f *lasting.AccountFilter, value string) error {
	refused := refusal.Field("used", "must be never, since:<time> or before:<time>, with a time such as 2026-10-01T00:00:00Z")
	f.Used = &lasting.Used{}
	kind, text, _ := strings.Cut(value, ":")
	if value == "never" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Unix() <= 0 {
		return refused
	}
	switch kind {
	case "since":
		f.Used.Since = at
	case "before":
		f.Used.Before = at
	default:
		return refused
	}
	return nil
}

func readSMS(f *lasting.AccountFilter, value string) error {
	if value != "on" && value != "off" {
		return refusal.Field("sms", "must be on or off")
	}
	on := value == "on"
	f.SMS = &on
	return nil
}

func readInterval(f *lasting.AccountFilter, value string) error {
	days := lasting.DefaultInterval
	if value != "default" {
		var err error
		if days, err = strconv.Atoi(value); err != nil || days < 0 || days > account.MaxIntervalDays {
			return refusal.Field("interval", "must be 0 to 7 days, or default")
		}
	}
	f.Interval = &days
	return nil
}

func readLimit(f *lasting.AccountFilter, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > maxPage {
		return refusal.Field("limit", "must be 1 to 1000")
	}
	f.Limit = n
	return nil
}
