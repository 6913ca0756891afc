package courier_test

import (
	"strings"
	"testing"

	"github.com/jawort/jawort/courier"
)

func TestAPhoneIsToldWhatTheSMSSaysInFullAndInItsOwnLanguage(t *testing.T) {
	t.Parallel()
	v := values()
	v.Tenant = strings.Repeat("Łódź ", 30) // would be cut, and folded, in an SMS
	for lang, want := range map[string]string{"de": "ein Gerät registriert: iPhone oder iPad.", "en-GB": ": iPhone or iPad. If that"} {
		_, text := courier.Render(lang, courier.App, courier.NewDevice, v.About(lang, courier.NewDevice, "ios"))
		if !strings.Contains(text, want) || !strings.Contains(text, strings.TrimSpace(v.Tenant)) || !strings.HasSuffix(text, v.Contact) {
			t.Errorf("%s: %q", lang, text)
		}
	}
}

func TestAFactIsPutIntoTheReadersLanguageOrStandsAsItIs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		o          courier.Occasion
		fact, want string
	}{
		{courier.NewMethod, "totp", "Authenticator-App"}, {courier.ChangedNumber, "+49 ••• ••99", "+49 ••• ••99"}, {courier.ChangedNumber, "", "keine"},
		{courier.ChangedAddress, "e•••@example.org", "e•••@example.org"}, {courier.ChangedAddress, "", "keine"},
	} {
		if _, text := courier.Render("de", courier.App, test.o, courier.Values{}.About("de", test.o, test.fact)); !strings.Contains(text, ": "+test.want+".") {
			t.Errorf("%s of %q: %q", test.o, test.fact, text)
		}
	}
}

func TestEveryAnnouncementHasAWordForPhonesAndNoCodeHas(t *testing.T) {
	t.Parallel()
	for _, lang := range languages {
		for _, o := range courier.Announcements() {
			if _, text := courier.Render(lang, courier.App, o, values()); text == "" || strings.Contains(text, "courier.") || strings.Contains(text, "%!") {
				t.Errorf("%s %s: %q", lang, o, text)
			}
		}
		for _, o := range append(withCode, courier.EnrolmentCode, courier.Invitation) {
			if _, text := courier.Render(lang, courier.App, o, values()); text != "" {
				t.Errorf("%s %s: %q", lang, o, text)
			}
		}
	}
}
