package account

import (
	"net/netip"
	"time"

	"github.com/jawort/jawort/refusal"
)

// DeniesBeforePause is how many approvals in a row somebody denies before their phones are left in peace.
const DeniesBeforePause = 3

// DenyPauses returns for how long phones are not woken after the third deny in a row, the fourth, and each one from the
// fifth on. An approve ends the row; time-outs and lost pushes are not part of it.
func DenyPauses() []time.Duration {
	return []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour}
}

// PauseAfter returns for how long phones are not woken after so many denies in a row; 0: they are.
func PauseAfter(denies int) time.Duration {
	step := denies - DeniesBeforePause
	if step < 0 {
		return 0
	}
	pauses := DenyPauses()
	return pauses[min(step, len(pauses)-1)]
}

// The networks that a report is held against: what one customer of a provider is usually given.
const (
	network4 = 24
	network6 = 48
)

// NetworkOf returns the network of a browser's address, as text to compare: /24 of IPv4, /48 of IPv6.
func NetworkOf(ip string) (string, error) {
	addr, err := netip.ParseAddr(ip)
	if err != nil || addr.Zone() != "" {
		return "", refusal.Field("browser.ip", "must be the browser's IPv4 or IPv6 address")
	}
	addr = addr.Unmap()
	bits := network6
	if addr.Is4() {
		bits = network4
	}
	network, err := addr.Prefix(bits)
	if err != nil {
		return "", refusal.Field("browser.ip", "must be the browser's IPv4 or IPv6 address").Because(err)
	}
	return network.String(), nil
}
