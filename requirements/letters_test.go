package requirements_test

import (
	"regexp"
	"strings"
	"time"

	"github.com/jawort/jawort/factor/twilio/twiliotest"
)

var (
	codeInSMS   = regexp.MustCompile(`#([0-9]{6})$`)
	codeInMail  = regexp.MustCompile(`(?m)^([0-9]{6})$`)
	patience    = 30 * time.Second
	lookAgainIn = 10 * time.Millisecond
)

// sms waits for the next SMS to a number that carries a code, and returns the code.
func (h *house) sms(number string) string {
	h.Helper()
	return codeInSMS.FindStringSubmatch(h.smsWithCode(number).Body)[1]
}

// smsWithCode passes over what else is sent to the number.
func (h *house) smsWithCode(number string) twiliotest.Message {
	h.Helper()
	tick := time.NewTicker(lookAgainIn)
	defer tick.Stop()
	for late := time.Now().Add(patience); time.Now().Before(late); <-tick.C {
		seen := 0
		for _, m := range h.carrier.Taken() {
			if m.To != number || !codeInSMS.MatchString(m.Body) {
				continue
			}
			if seen++; seen > h.read[number] {
				h.read[number] = seen
				return m
			}
		}
	}
	h.Fatalf("no SMS with a code to %s", number)
	return twiliotest.Message{}
}

// smsSaying waits for an SMS to a number with these words in it.
func (h *house) smsSaying(number, words string) {
	h.Helper()
	tick := time.NewTicker(lookAgainIn)
	defer tick.Stop()
	for late := time.Now().Add(patience); time.Now().Before(late); <-tick.C {
		for _, m := range h.carrier.Taken() {
			if m.To == number && strings.Contains(m.Body, words) {
				return
			}
		}
	}
	h.Fatalf("no SMS to %s says %q", number, words)
}

// letter is an e-mail that arrived.
type letter struct{ to, text string }

// mail waits for the next e-mail.
func (h *house) mail() letter {
	h.Helper()
	to, text := h.letters.Letter()
	return letter{to, text}
}

// mailed waits for the next code by e-mail, and wants it to go to the address.
func (h *house) mailed(address string) string {
	h.Helper()
	for {
		m := h.mail()
		if found := codeInMail.FindStringSubmatch(m.text); found != nil {
			if m.to != address {
				h.Fatalf("the code went to %s, want %s", m.to, address)
			}
			return found[1]
		}
	}
}

// saying wants a letter to somebody with a sentence in it.
func (h *house) saying(m letter, to, sentence string) {
	h.Helper()
	if m.to != to || !strings.Contains(m.text, sentence) {
		h.Errorf("the letter to %s says %q, want one to %s that says %q", m.to, m.text, to, sentence)
	}
}
