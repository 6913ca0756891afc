package requirements_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/client"
)

const (
	portal = "Web Portal"
	suite  = "Office Suite"
	app    = "App"
)

var services = []string{portal, suite, app}

// Logins of broker-platform.yaml and broker-customers.csv.
const (
	broker, brokersNumber = "100100", "+4915228817386"
	employee              = "100101"
	subBroker             = "100200"
	customer              = "200001" // SMS off
	bySMS, bySMSNumber    = "200002", "+491713920011"
	withoutNumber         = "200003"
)

// customersFrom is from when on customers confirm their logins.
const customersFrom = "2027-04-01 00:00"

// The longest intervals, in days.
const always, daily, weekly = 0, 1, 7

// (a) A web portal, an office suite and an app share one set of logins.
func TestAPortalASuiteAndAnAppShareOneSetOfLogins(t *testing.T) {
	h := brokers(t)
	h.until(enforcement)
	p := h.enrol(broker, "Nora")
	for i, service := range services {
		l := h.login(service, broker, laptop)
		item, _ := l.shown(p)
		if item.Document.Application.Name != service || item.Document.Account.Label != "Büro Nord" {
			t.Errorf("at %s the phone shows %q of %q", service, item.Document.Account.Label, item.Document.Application.Name)
		}
		l.byPhone(p)
		if _, err := h.at(services[(i+1)%len(services)]).Approval(t.Context(), l.ID); refusalOf(err) != "unknown-approval" {
			t.Errorf("another service sees the login: %v", err)
		}
		a, err := h.at(service).Account(t.Context(), broker)
		h.must(err)
		if a.Devices != 1 || a.Group != "brokers" {
			t.Errorf("%s knows %+v", service, a)
		}
	}
}

// (b) Brokers, employees, sub-brokers and end customers: from a date on every login on every device is confirmed; nobody can opt out.
func TestFromADateOnEveryLoginOnEveryDeviceIsConfirmedAndNobodyOptsOut(t *testing.T) {
	h := brokers(t)
	for _, part := range []struct {
		from     string
		accounts []string
		most     int // days
	}{{enforcement, []string{broker, employee, subBroker}, daily}, {customersFrom, []string{customer, bySMS}, weekly}} {
		h.until(part.from)
		h.pass(-time.Minute)
		h.everywhere(part.accounts, func(l login) {
			l.passed("not_enforced")
			if !l.Reason.EnforcedFrom.Equal(inBerlin(t, part.from)) {
				t.Errorf("it is told that confirming begins at %s", l.Reason.EnforcedFrom)
			}
		})
		h.pass(time.Minute)
		for _, account := range part.accounts {
			h.must(h.at(portal).SetInterval(t.Context(), account, &part.most))
			tooLong := part.most + 1
			h.refused("invalid-request", h.at(portal).SetInterval(t.Context(), account, &tooLong))
		}
		h.everywhere(part.accounts, func(l login) { l.asked("first_login") })
	}
}

// everywhere logs in to each service from two devices.
func (h *house) everywhere(accounts []string, check func(login)) {
	h.Helper()
	for _, account := range accounts {
		for _, service := range services {
			for _, device := range []client.Browser{laptop, tablet} {
				l := h.login(service, account, device)
				check(l)
				if l.Status == client.Pending {
					l.giveUp()
				}
			}
		}
	}
}
