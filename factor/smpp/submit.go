package smpp

import (
	"fmt"
	"strings"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor/smpp/gsm"
)

// Types of number and numbering plans (5.2.5, 5.2.6).
const (
	tonUnknown       = 0
	tonInternational = 1
	tonNetwork       = 3
	tonAlphanumeric  = 5

	npiUnknown = 0
	npiISDN    = 1
)

const (
	interfaceVersion = 0x34
	receiptAlways    = 1 // registered_delivery: a receipt for success and for failure
)

func bindBody(o Options) []byte {
	b := appendText(nil, o.SystemID)
	b = appendText(b, o.Password)
	b = appendText(b, o.SystemType)
	b = append(b, interfaceVersion, tonUnknown, npiUnknown)
	return appendText(b, "") // address_range: all that is ours
}

// submitBody returns the body of a submit_sm, or false where the text is longer than one SMS.
func submitBody(source string, m courier.Message, now time.Time) ([]byte, bool) {
	if !gsm.Fits(m.Text) {
		return nil, false
	}
	coding, text := gsm.Encode(m.Text)
	ton, npi, from := sourceOf(source)
	b := appendText(nil, "") // service_type
	b = appendText(append(b, ton, npi), from)
	b = appendText(append(b, tonInternational, npiISDN), strings.TrimPrefix(m.Address, "+"))
	b = append(b, 0, 0, 0) // esm_class, protocol_id, priority_flag
	b = appendText(b, "")  // schedule_delivery_time: at once
	b = appendText(b, relative(m.ExpiresAt.Sub(now)))
	b = append(b, receiptAlways, 0, byte(coding), 0, byte(len(text))) // replace_if_present, data_coding, sm_default_msg_id
	return append(b, text...), true
}

// sourceOf tells a number from a short code and from a name.
func sourceOf(source string) (ton, npi byte, address string) {
	if number, ok := strings.CutPrefix(source, "+"); ok {
		return tonInternational, npiISDN, number
	}
	if strings.Trim(source, "0123456789") == "" {
		return tonNetwork, npiUnknown, source
	}
	return tonAlphanumeric, npiUnknown, source
}

// relative writes a validity period as a relative time (7.1.1), at least a second and less than a hundred days.
func relative(d time.Duration) string {
	s := int(min(max(d, time.Second), 99*24*time.Hour) / time.Second)
	return fmt.Sprintf("0000%02d%02d%02d%02d000R", s/86400, s/3600%24, s/60%60, s%60)
}
