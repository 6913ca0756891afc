package requirements_test

import (
	"testing"

	"github.com/jawort/jawort/client"
)

// (e) A customer without a smartphone is confirmed by another person who holds the login in their app.
func TestACustomerWithoutASmartphoneIsConfirmedInTheAppOfAHelper(t *testing.T) {
	h := brokers(t)
	h.until(customersFrom)
	nora, emil := h.enrol(broker, "Nora"), h.enrol(employee, "Emil")
	// The customer has no number either: the code goes to the helper's own, and the broker's phone authorises it.
	helped := client.NewEnrolment{Account: withoutNumber, Authorize: client.ByManager, Helper: employee}
	h.must(h.bind(portal, emil, "Emil", helped, nora))
	l := h.login(portal, withoutNumber, laptop)
	if _, asked := l.shown(nora); asked {
		t.Error("the phone that authorised it is asked")
	}
	if o := l.byPhone(emil); o.Device == nil || o.Device.Holder != "Emil" {
		t.Errorf("who confirmed: %+v", o.Device)
	}
	h.login(portal, employee, laptop).byPhone(emil) // and his own login as before

	nobody := client.NewEnrolment{Account: customer, Helper: employee}
	_, err := h.at(portal).Enrol(t.Context(), nobody)
	h.refused("invalid-request", err) // a helper needs somebody who authorises it
}

// (g) A mobile number must be on record before a phone can be registered.
func TestAMobileNumberMustBeOnRecordBeforeAPhoneIsRegistered(t *testing.T) {
	h := brokers(t)
	h.until(customersFrom)
	p := h.newPhone()
	err := h.register(p, withoutNumber, "Cora")
	h.refused("number-required", err)
	h.says(err, "number")
	h.supported(err)
	_, err = h.at(portal).CreateApproval(t.Context(), client.Request{Account: withoutNumber, Browser: laptop})
	h.refused("no-method", err)

	landline, mobile := "+49 30 901820", customerNumber
	_, err = h.at(portal).ChangeAccount(t.Context(), withoutNumber, client.AccountChange{Phone: &landline})
	h.refused("cannot-receive-sms", err)
	_, err = h.at(portal).ChangeAccount(t.Context(), withoutNumber, client.AccountChange{Phone: &mobile})
	h.must(err)
	stranger := h.bindWith(portal, h.newPhone(), "Mallory", client.NewEnrolment{Account: withoutNumber}, nil, guessing)
	h.refused("wrong-code", stranger) // whoever has the link, and not the number
	h.sms(customerNumber)
	h.must(h.register(p, withoutNumber, "Cora"))
	h.login(portal, withoutNumber, laptop).byPhone(p)
}
