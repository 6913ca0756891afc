package requirements_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/client"
)

const day = 24 * time.Hour

// (s) In the centre and on the platform a confirmation holds 12 hours on the same device; another device is asked again.
func TestAConfirmationHoldsTwelveHoursOnTheSameDeviceAndAnotherIsAsked(t *testing.T) {
	h := publisher(t)
	h.login(ipad, erika, tablet).beginMail(erikasMail)
	for _, application := range []string{centre, platform} {
		confirmed := h.login(application, erika, laptop).byMail(erikasMail).approved("email")
		h.login(application, erika, tablet).asked("unknown_browser")
		h.login(application, erika, with(tablet, confirmed)).asked("browser_changed")
		other := centre
		if application == centre {
			other = platform
		}
		h.login(other, erika, with(laptop, confirmed)).asked("other_set")
		h.pass(12*time.Hour - time.Minute)
		h.login(application, erika, with(laptop, confirmed)).passed("trusted_browser")
		h.pass(time.Minute)
		over := h.login(application, erika, with(laptop, confirmed))
		if over.Status != client.Pending || over.Reason.Interval != "12h" || over.Reason.BoundedBy != "application" {
			t.Errorf("after 12 hours the login at %s is %s: %+v", application, over.Status, over.Reason)
		}
		h.pass(time.Hour)
	}
}

// (t) The iPad app offers "remember this device" for 30 days; name and password are asked each time.
func TestTheIPadAppRemembersADeviceForThirtyDaysForTheOneAccount(t *testing.T) {
	h := publisher(t)
	h.login(centre, erika, laptop).beginMail(erikasMail)
	h.login(centre, jane, laptop).beginMail(janesMail)
	if offered := h.login(centre, erika, laptop).Offer; offered != nil {
		t.Errorf("the centre offers to remember for %d days", offered.Days)
	}
	wanted := h.loginAs(ipad, client.Request{Account: erika, Browser: tablet, Remember: true})
	if wanted.Offer == nil || wanted.Offer.Days != 30 {
		t.Errorf("the iPad app offers %+v", wanted.Offer)
	}
	remembered := wanted.byMail(erikasMail).approved("email")
	forgotten := h.login(ipad, erika, tablet).byMail(erikasMail).approved("email")

	h.pass(30*day - time.Hour)
	h.login(ipad, erika, with(tablet, remembered)).passed("trusted_browser")
	h.login(ipad, erika, with(tablet, forgotten)).asked("interval_over")
	// The device names nobody and replaces no password: whose login it is, is said each time, and another's is asked.
	h.login(ipad, jane, with(tablet, remembered)).asked("other_account")
	h.pass(time.Hour)
	if over := h.login(ipad, erika, with(tablet, remembered)); over.Status != client.Pending {
		t.Errorf("after 30 days the login is %s by %s", over.Status, over.Method)
	}
}

// (u) Offline it asks nothing (the outcome carries offline: allowed; the first online login is asked unless remembered).
func TestOfflineTheIPadAppAsksNothingAndTheFirstLoginOnlineIsAskedUnlessRemembered(t *testing.T) {
	h := publisher(t)
	h.login(centre, erika, laptop).beginMail(erikasMail)
	web := h.login(centre, erika, laptop).byMail(erikasMail).approved("email")
	once := h.login(ipad, erika, tablet).byMail(erikasMail).approved("email")
	remembered := h.loginAs(ipad, client.Request{Account: erika, Browser: tablet, Remember: true}).byMail(erikasMail).approved("email")
	if web.Offline != "refused" || once.Offline != "allowed" || remembered.Offline != "allowed" {
		t.Errorf("offline: the centre %q, the app %q and %q", web.Offline, once.Offline, remembered.Offline)
	}
	h.pass(3 * day) // without a network
	h.login(ipad, erika, with(tablet, once)).asked("interval_over")
	h.login(ipad, erika, tablet).asked("unknown_browser")
	h.login(ipad, erika, with(tablet, remembered)).passed("trusted_browser")
}
