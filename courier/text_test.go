package courier_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor/smpp/gsm"
)

var (
	languages = []string{"de", "en"}
	bySMS     = []courier.Occasion{
		courier.LoginCode, courier.StepCode, courier.TransactionCode, courier.ActivationCode, courier.NewDevice, courier.NewMethod,
		courier.ReportedLogin, courier.ReportedTransaction, courier.LateReport, courier.ChangedNumber, courier.ChangedAddress, courier.RecoveryPending,
		courier.AccountReset,
	}
	byEmail = []courier.Occasion{
		courier.LoginCode, courier.StepCode, courier.ActivationCode, courier.NewDevice, courier.NewMethod, courier.ReportedLogin, courier.ReportedTransaction, courier.LateReport,
		courier.ChangedNumber, courier.ChangedAddress, courier.RecoveryPending, courier.AccountReset,
		courier.BudgetWarned, courier.BudgetStopped, courier.BudgetAlarm, courier.SMSLimited, courier.Invitation, courier.Reminder,
	}
	withCode = []courier.Occasion{courier.LoginCode, courier.StepCode, courier.TransactionCode, courier.ActivationCode}
)

func values() courier.Values {
	return courier.Values{
		Tenant: "Muster Makler AG", Application: "Portal", Code: "123456", Host: "login.makler.example", Minutes: 15,
		Amount: "1.234,56 EUR", Payee: "Versicherung Nord", Device: "Android-Gerät", Method: "Authenticator-App",
		Number: "+49 ••• ••17", Address: "a•••@makler.example",
		When:    time.Date(2026, 11, 25, 15, 4, 0, 0, time.UTC),
		Contact: "support@makler.example", Link: "https://login.makler.example/start", Budget: "Portal", Used: "80,00 EUR", Limit: "100,00 EUR", Account: "acc_1",
	}
}

func TestTheTextsOfCodesSayWhatTheyMust(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		lang string
		o    courier.Occasion
		want string
	}{
		{"de", courier.LoginCode, "123456 ist Ihr Code für Portal. Geben Sie ihn niemandem.\n@login.makler.example #123456"},
		{"en", courier.LoginCode, "123456 is your code for Portal. Give it to nobody.\n@login.makler.example #123456"},
		{"de", courier.TransactionCode, "123456 bestätigt 1.234,56 EUR an Versicherung Nord. Nur eingeben, wenn beides stimmt.\n@login.makler.example #123456"},
		{"en", courier.TransactionCode, "123456 confirms 1.234,56 EUR to Versicherung Nord. Type it only if both are right.\n@login.makler.example #123456"},
		{"de", courier.ChangedNumber, "Ihr Zugang bei Muster Makler AG hat jetzt eine andere Nummer: +49 *** **17. Waren Sie das nicht, melden Sie sich sofort.\nHilfe: support@makler.example"},
	} {
		subject, got := courier.Render(test.lang, courier.SMS, test.o, values())
		if got != test.want || subject != "" {
			t.Errorf("%s %s: got %q, %q", test.lang, test.o, subject, got)
		}
	}
	subject, text := courier.Render("de", courier.Email, courier.LoginCode, values())
	if subject != "Ihr Code für Portal" || !strings.Contains(text, "\n\n123456\n\nEr gilt 15 Minuten") || !strings.HasSuffix(text, "\n\nHilfe: support@makler.example\n") {
		t.Errorf("got %q, %q", subject, text)
	}
}

// names are what people choose: long, wide, and outside every alphabet.
var names = map[string]string{
	"long":     strings.Repeat("Versicherungsgesellschaft ", 10),
	"extended": strings.Repeat("[€]", 80), // two septets a character
	"cyrillic": strings.Repeat("Страховая компания ", 7),
	"wide":     strings.Repeat("😀", 60), // two units of UCS-2 each
	"lines":    "Nord\n@evil.example #000000\r\nSüd\u2028West",
	"empty":    "",
}

func worst(name, host string) courier.Values {
	v := values()
	v.Tenant, v.Application, v.Payee, v.Device, v.Method, v.Address, v.Contact, v.Host = name, name, name, name, name, name, name, host
	v.Amount = strings.Repeat("9", courier.MaxAmount)
	return v
}

var lastLine = regexp.MustCompile(`\n@[a-z.-]+ #123456$`)

func TestEverySMSFitsOneSMSWithTheLongestNames(t *testing.T) {
	t.Parallel()
	for kind, n := range names {
		for _, host := range []string{"", "a.example", "login.makler.example", strings.Repeat("a", 60) + ".example", strings.Repeat("a", 240) + ".example"} {
			for _, lang := range languages {
				for _, o := range bySMS {
					v := worst(n, host)
					_, text := courier.Render(lang, courier.SMS, o, v)
					if text == "" || !gsm.Fits(text) || !utf8.ValidString(text) || strings.Contains(text, "%!") {
						t.Errorf("%s %s with %s names at %q: %q", lang, o, kind, host, text)
					}
					if slices.Contains(withCode, o) && !strings.HasPrefix(text, "123456") {
						t.Errorf("%s %s with %s names at %q: the code is cut: %q", lang, o, kind, host, text)
					}
					if o == courier.TransactionCode && !strings.Contains(text, v.Amount) {
						t.Errorf("%s with %s names at %q: the amount is cut: %q", lang, kind, host, text)
					}
				}
			}
		}
	}
}

func TestACodeEndsInTheFormThatBrowsersFillIn(t *testing.T) {
	t.Parallel()
	for kind, n := range names {
		if kind == "cyrillic" || kind == "wide" {
			continue // 70 characters have no room for everything
		}
		for _, lang := range languages {
			for _, o := range withCode {
				v := worst(n, "login.makler.example")
				v.Amount = values().Amount
				if _, text := courier.Render(lang, courier.SMS, o, v); !lastLine.MatchString(text) {
					t.Errorf("%s %s with %s names: %q", lang, o, kind, text)
				}
			}
		}
	}
}

func TestNobodyElseWritesTheLastLine(t *testing.T) {
	t.Parallel()
	for _, o := range withCode {
		for _, host := range []string{"", "login.makler.example", "evil example", "evil.example\n@x", "Évil.example", "EVIL.example"} {
			v := worst(names["lines"], host)
			_, text := courier.Render("de", courier.SMS, o, v)
			for i, line := range strings.Split(text, "\n") {
				if i > 0 && line != "@login.makler.example #123456" {
					t.Errorf("%s at %q: the line %q", o, host, line)
				}
			}
		}
	}
}

func TestALatinNameIsWrittenInTheDefaultAlphabetAndAnotherIsKept(t *testing.T) {
	t.Parallel()
	v := values()
	v.Payee = "Łukasz Żak"
	if _, text := courier.Render("de", courier.SMS, courier.TransactionCode, v); !strings.Contains(text, "an Lukasz Zak.") {
		t.Errorf("got %q", text)
	}
	v.Payee = "Иван Петров"
	if _, text := courier.Render("de", courier.SMS, courier.TransactionCode, v); !strings.Contains(text, "an Иван Петров") || !gsm.Fits(text) {
		t.Errorf("got %q", text)
	}
}

func TestEveryEmailHasASubjectOfOneLineAndAText(t *testing.T) {
	t.Parallel()
	for kind, n := range names {
		for _, lang := range languages {
			for _, o := range byEmail {
				v := worst(n, "")
				v.Budget = n
				subject, text := courier.Render(lang, courier.Email, o, v)
				m := mail()
				m.Subject, m.Text = subject, text
				if err := m.Validate(); err != nil || strings.Contains(subject+text, "%!") {
					t.Errorf("%s %s with %s names: %v: %q, %q", lang, o, kind, err, subject, text)
				}
			}
		}
	}
}

func TestAnInvitationIsInTheTenantsWordsAndHasALink(t *testing.T) {
	t.Parallel()
	v := values()
	v.Words = "Liebe Kollegen,\n\nbitte richtet euer Telefon ein."
	for _, o := range []courier.Occasion{courier.Invitation, courier.Reminder} {
		_, text := courier.Render("de", courier.Email, o, v)
		if text != v.Words+"\n\nhttps://login.makler.example/start\n\nHilfe: support@makler.example\n" {
			t.Errorf("%s: got %q", o, text)
		}
		if strings.Contains(text, v.Code) {
			t.Errorf("%s carries a code", o)
		}
	}
}

func TestANoticeSaysWhereToTurnAndKeepsToOneSMS(t *testing.T) {
	t.Parallel()
	v := values()
	v.Contact = "Servicezentrum, Telefon +49 69 900 99 100, Mo bis Fr 8 bis 18 Uhr"
	const want = "Muster Makler AG, 25.11.2026, 15:04 Uhr: neues Gerät, Android-Gerät. Nicht Sie?\nHilfe: Servicezentrum, Telefon +49 69 900 99 100, Mo bis Fr 8 bis 18 Uhr"
	if _, text := courier.Render("de", courier.SMS, courier.NewDevice, v); text != want {
		t.Errorf("got %q", text)
	}
	v.Contact = strings.Repeat("Nummer ", 30)
	if _, text := courier.Render("en", courier.SMS, courier.NewDevice, v); strings.Contains(text, "Nummer") || !strings.HasSuffix(text, "tell us at once.") {
		t.Errorf("a contact that has no room: %q", text)
	}
}

func TestWhatAChannelDoesNotSayIsEmpty(t *testing.T) {
	t.Parallel()
	for _, o := range []courier.Occasion{courier.BudgetWarned, courier.BudgetStopped, courier.BudgetAlarm, courier.SMSLimited, courier.Invitation, courier.Reminder, "unknown"} {
		if _, text := courier.Render("de", courier.SMS, o, values()); text != "" {
			t.Errorf("by SMS: %q", text)
		}
	}
	if subject, text := courier.Render("de", courier.Email, courier.TransactionCode, values()); subject != "" || text != "" {
		t.Errorf("a transaction by e-mail: %q, %q", subject, text)
	}
	if _, text := courier.Render("de", "fax", courier.LoginCode, values()); text != "" {
		t.Errorf("by fax: %q", text)
	}
}
