package courier

import (
	"fmt"
	"strings"

	"github.com/jawort/jawort/locale"
)

// letter is what the e-mail of an occasion is filled with.
type letter struct {
	subject, body []part
}

var letters = map[Occasion]func(lang string, v Values) letter{
	LoginCode:      codeLetter,
	StepCode:       codeLetter,
	ActivationCode: codeLetter,
	EnrolmentCode: func(_ string, v Values) letter {
		return letter{subject: []part{name(v.Tenant)}, body: []part{name(v.Tenant), fixed(v.Code), fixed(fmt.Sprint(v.Minutes))}}
	},
	NewDevice:           func(lang string, v Values) letter { return tenantLetter(v, name(v.Device), timeOf(lang, v)) },
	NewMethod:           func(lang string, v Values) letter { return tenantLetter(v, name(v.Method), timeOf(lang, v)) },
	ReportedLogin:       timedLetter,
	ReportedTransaction: timedLetter,
	LateReport:          timedLetter,
	ChangedNumber:       func(lang string, v Values) letter { return tenantLetter(v, fixed(v.Number), timeOf(lang, v)) },
	ChangedAddress:      func(lang string, v Values) letter { return tenantLetter(v, fixed(v.Address), timeOf(lang, v)) },
	RecoveryPending:     timedLetter,
	AccountReset:        timedLetter,
	BudgetWarned:        func(_ string, v Values) letter { return budgetLetter(v) },
	BudgetStopped:       func(_ string, v Values) letter { return budgetLetter(v) },
	BudgetAlarm:         func(lang string, v Values) letter { return budgetLetter(v, timeOf(lang, v)) },
	SMSLimited: func(lang string, v Values) letter {
		return tenantLetter(v, fixed(v.Account), fixed(v.Limit), timeOf(lang, v))
	},
	Invitation: func(_ string, v Values) letter { return tenantLetter(v) },
	Reminder:   func(_ string, v Values) letter { return tenantLetter(v) },
}

func codeLetter(_ string, v Values) letter {
	return letter{
		subject: []part{name(v.Application)},
		body:    []part{name(v.Application), fixed(v.Code), fixed(fmt.Sprint(v.Minutes))},
	}
}

func timedLetter(lang string, v Values) letter { return tenantLetter(v, timeOf(lang, v)) }

func budgetLetter(v Values, more ...part) letter {
	return letter{
		subject: []part{name(v.Budget), fixed(v.Used), fixed(v.Limit)},
		body:    append([]part{name(v.Budget), name(v.Tenant), fixed(v.Used), fixed(v.Limit)}, more...),
	}
}

func tenantLetter(v Values, more ...part) letter {
	return letter{subject: []part{name(v.Tenant)}, body: append([]part{name(v.Tenant)}, more...)}
}

// How long names may be in an e-mail, in characters.
const (
	subjectName = 40
	bodyName    = 256
)

func renderEmail(lang string, o Occasion, v Values) (subject, text string) {
	letterOf, ok := letters[o]
	if !ok {
		return "", ""
	}
	l := letterOf(lang, v)
	key := "courier.email." + string(o)
	paragraphs := []string{fill(lang, key+".body", l.body, bodyName)}
	if o == Invitation || o == Reminder {
		if v.Words != "" {
			paragraphs[0] = strings.TrimSpace(v.Words)
		}
		paragraphs = append(paragraphs, clean(v.Link))
	}
	if v.Contact != "" {
		paragraphs = append(paragraphs, locale.Text(lang, "courier.contact", strings.TrimSpace(v.Contact)))
	}
	return fill(lang, key+".subject", l.subject, subjectName), strings.Join(paragraphs, "\n\n") + "\n"
}
