package requirements_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
)

// (i) The interval goes from always to daily for brokers and from always to weekly for customers, set for oneself and for all one's
// customers.
func TestTheIntervalGoesFromAlwaysToDailyForBrokersAndToWeeklyForCustomers(t *testing.T) {
	h := brokers(t)
	h.until(customersFrom)
	c := h.at(portal).For("Nora")
	for account, most := range map[string]int{broker: daily, employee: daily, subBroker: daily, customer: weekly, bySMS: weekly} {
		for days := always; days <= weekly+1; days++ {
			if err := c.SetInterval(t.Context(), account, &days); days > most || err != nil {
				h.bounded(err, most)
			}
		}
		farOff := 9
		h.bounded(c.SetInterval(t.Context(), account, &farOff), most)
		_, err := c.ChangeAccount(t.Context(), account, client.AccountChange{Interval: &farOff})
		h.bounded(err, most)
	}
	h.holds(broker, brokersNumber, always)
	h.holds(broker, brokersNumber, daily)
	h.holds(bySMS, bySMSNumber, always)
	h.holds(bySMS, bySMSNumber, weekly)
}

// bounded wants the refusal of an interval to name what the group allows.
func (h *house) bounded(err error, most int) {
	h.Helper()
	h.refused("invalid-request", err)
	var e *client.Error
	if !errors.As(err, &e) {
		h.Fatal(err)
	}
	if e.Extra["min"] != float64(always) || e.Extra["max"] != float64(most) || e.Extra["bounded_by"] != "group" {
		h.Errorf("refused with %v, want always to %d, bounded by the group", e.Extra, most)
	}
}

// holds wants a confirmation to hold as many days as were chosen, on the same browser.
func (h *house) holds(account, number string, days int) {
	h.Helper()
	h.must(h.at(portal).SetInterval(h.Context(), account, &days))
	h.pass(day) // a number gets few SMS a day
	l := h.login(portal, account, laptop)
	if l.Activate != nil {
		l.beginSMS(number)
	} else {
		l.bySMS(number)
	}
	confirmed := l.approved("sms")
	if days == always {
		h.login(portal, account, with(laptop, confirmed)).asked("always")
		return
	}
	h.pass(time.Duration(days)*day - time.Hour)
	h.login(portal, account, with(laptop, confirmed)).passed("trusted_browser")
	h.pass(time.Hour)
	if over := h.login(portal, account, with(laptop, confirmed)); over.Status != client.Pending {
		h.Errorf("after %d days the login of %s is %s by %s", days, account, over.Status, over.Method)
	}
}

// A broker who manages employees and customers sets the interval of all customers at once, up to theirs; all together go as far as the
// strictest of their groups.
func TestABrokerSetsTheIntervalOfAllCustomersAtOnce(t *testing.T) {
	h := brokers(t)
	h.until(customersFrom)
	day, week, tooLong := daily, weekly, weekly+1
	customers := []string{customer, bySMS, withoutNumber}
	c := h.at(portal).For("Wim")
	for _, account := range customers {
		manager := broker
		_, err := c.ChangeAccount(t.Context(), account, client.AccountChange{Manager: &manager})
		h.must(err)
	}
	const others = "200900" // somebody else's customer
	h.newCustomer(others)
	_, err := c.ChangeAccount(t.Context(), others, client.AccountChange{Clear: []string{"manager"}})
	h.must(err)
	_, err = c.SetManagedInterval(t.Context(), broker, &week) // an employee goes up to a day
	h.refused("invalid-request", err)
	_, err = c.SetGroupInterval(t.Context(), broker, "customers", &tooLong)
	h.refused("invalid-request", err)
	_, err = c.SetGroupInterval(t.Context(), broker, "clients", &day)
	h.refused("invalid-request", err)
	set, err := c.SetManagedInterval(t.Context(), broker, &day)
	h.must(err)
	h.sets(set, 5, day, append(customers, employee, subBroker)...)
	set, err = c.SetGroupInterval(t.Context(), broker, "customers", &week)
	h.must(err)
	h.sets(set, 3, week, customers...)
	h.sets(set, 3, day, employee, subBroker)
	a, err := c.Account(t.Context(), others)
	h.must(err)
	if a.Interval != nil && *a.Interval == week {
		t.Error("the interval of somebody else's customer was set too")
	}
}

// sets wants an interval to have been set for so many accounts, and these to have it.
func (h *house) sets(set client.ManagedInterval, managed, days int, accounts ...string) {
	h.Helper()
	if set.Managed != managed {
		h.Errorf("set for %d accounts, want %d", set.Managed, managed)
	}
	for _, account := range accounts {
		a, err := h.at(portal).Account(h.Context(), account)
		h.must(err)
		if a.Interval == nil {
			h.Errorf("the interval of %s is its group's, want %d", account, days)
		} else if *a.Interval != days {
			h.Errorf("the interval of %s is %d, want %d", account, *a.Interval, days)
		}
	}
}
