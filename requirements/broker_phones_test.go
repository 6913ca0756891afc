package requirements_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// (j) A phone without screen lock is refused, with a sentence that says to switch on PIN, pattern or password.
func TestAPhoneWithoutScreenLockIsRefusedAndToldToSwitchOnPINPatternOrPassword(t *testing.T) {
	h := brokers(t)
	err := h.register(h.phoneLike(phone.Installation{Platform: "android", OSVersion: "16", Language: "en", Notifications: true}), broker, "Nora")
	h.refused("screen-lock-required", err)
	h.says(err, "Switch on a PIN, pattern or password")
}

// (k) iOS from 15.4, Android from 7.0, notifications allowed.
func TestPhonesFromIOS154AndAndroid70OnThatMayNotifyAreTaken(t *testing.T) {
	h := brokers(t)
	for _, c := range []struct{ platform, version, refusal string }{
		{"ios", "15.3.1", "os-too-old"}, {"ios", "9.3", "os-too-old"}, {"android", "6.0.1", "os-too-old"}, {"android", "16", "notifications-off"},
		{"ios", "26.1", "notifications-off"}, {"ios", "15.4", ""}, {"android", "7.0", ""}, {"android", "7", ""},
	} {
		h.pass(time.Hour)
		account := c.platform + "-" + c.version + "-" + c.refusal
		h.newCustomer(account)
		fit := phone.Installation{Platform: c.platform, OSVersion: c.version, Language: "de", ScreenLock: true, Notifications: c.refusal != "notifications-off"}
		if err := h.register(h.phoneLike(fit), account, "Kim"); c.refusal != "" || err != nil {
			h.refused(c.refusal, err)
		}
	}
}

// (l) Phones that cannot run the app fall back to SMS.
func TestWhosePhoneCannotRunTheAppConfirmsBySMS(t *testing.T) {
	h := brokers(t)
	h.until(customersFrom)
	old := h.phoneLike(phone.Installation{Platform: "android", OSVersion: "5.1", Language: "de", ScreenLock: true, Notifications: true})
	tooOld := h.register(old, bySMS, "Sam")
	h.refused("os-too-old", tooOld)
	h.supported(tooOld) // on the phone, where it is refused
	first := h.login(portal, bySMS, laptop)
	if first.Activate == nil || !slices.Contains(first.Activate.Methods, "sms") || first.Support.German == "" || first.Support.English == "" {
		t.Fatalf("may begin with %+v, support %+v", first.Activate, first.Support)
	}
	first.beginSMS(bySMSNumber)
	first.approved("sms")
	next := h.login(portal, bySMS, laptop)
	if next.Support.German == "" || next.outcome().Support != next.Support { // whose number is lost, too
		t.Errorf("a login by SMS names %+v, and later %+v", next.Support, next.outcome().Support)
	}
	next.bySMS(bySMSNumber).approved("sms")

	_, err := h.at(portal).CreateApproval(t.Context(), client.Request{Account: withoutNumber, Browser: laptop})
	h.refused("no-method", err) // nobody gets in who has neither, and whom to ask is said
	h.supported(err)
}
