package smpp

import (
	"strings"

	"github.com/jawort/jawort/courier"
)

// Optional parameters that receipts carry (5.3.2).
const (
	tagReceiptedMessageID = 0x001e
	tagMessagePayload     = 0x0424
	tagMessageState       = 0x0427
)

const (
	typeMask    = 0x3c // of esm_class
	typeReceipt = 0x04
)

// receipt is a delivery receipt: which message, how it ended, and the carrier's own error.
type receipt struct {
	id, stat, err string
}

// parseDeliver reads the body of a deliver_sm. It reports false where that is no delivery receipt but, say, a person's answer.
func parseDeliver(body []byte) (r receipt, isReceipt bool, err error) {
	f := &fields{rest: body}
	f.text() // service_type
	f.octets(2)
	f.text() // source
	f.octets(2)
	f.text() // destination
	class := f.octet()
	f.octets(2)
	f.text() // schedule_delivery_time
	f.text() // validity_period
	f.octets(4)
	text := string(f.octets(int(f.octet())))
	more := f.parameters()
	if f.err != nil || class&typeMask != typeReceipt {
		return receipt{}, false, f.err
	}
	if payload, ok := more[tagMessagePayload]; ok {
		text = string(payload)
	}
	return parseReceipt(text, more), true, nil
}

// parseReceipt reads the text of a receipt (appendix B: "id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…") and
// prefers the parameters that say the same, because the text is up to the vendor.
func parseReceipt(text string, more map[uint16][]byte) receipt {
	text, _, _ = cutFold(text, "text:") // what was sent may look like fields
	r := receipt{id: field(text, "id:"), stat: field(text, "stat:"), err: field(text, "err:")}
	if id, ok := more[tagReceiptedMessageID]; ok {
		r.id = strings.TrimRight(string(id), "\x00")
	}
	if state, ok := more[tagMessageState]; ok && len(state) == 1 && states[state[0]] != "" {
		r.stat = states[state[0]]
	}
	return r
}

// states are the values of message_state (5.2.28), by the word that the text has for them.
var states = map[byte]string{
	1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN", 8: "REJECTD",
}

// state is how the message ended; false while it is on its way, or where the carrier does not know.
func (r receipt) state() (courier.State, bool) {
	switch strings.ToUpper(r.stat) {
	case "DELIVRD":
		return courier.Delivered, true
	case "EXPIRED", "DELETED", "UNDELIV", "REJECTD":
		return courier.Undelivered, true
	default:
		return "", false
	}
}

// field returns the word behind a name that begins the text or follows a space.
func field(text, name string) string {
	for {
		before, after, ok := cutFold(text, name)
		if !ok {
			return ""
		}
		if before == "" || strings.HasSuffix(before, " ") {
			word, _, _ := strings.Cut(after, " ")
			return strings.TrimRight(word, "\x00\r\n")
		}
		text = after
	}
}

// cutFold is strings.Cut without regard to the case of ASCII letters.
func cutFold(s, sep string) (before, after string, found bool) {
	for i := 0; i+len(sep) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(sep)], sep) {
			return s[:i], s[i+len(sep):], true
		}
	}
	return s, "", false
}
