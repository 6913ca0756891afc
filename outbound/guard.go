package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// errProhibited is what a dial ends with that the guard does not let through.
var errProhibited = errors.New("outbound: the address may not be reached")

// azureWire serves the metadata and the keys of a virtual machine at Azure from an address that looks public.
var azureWire = netip.MustParsePrefix("168.63.129.16/32")

var public = ssrf.New(ssrf.WithDeniedV4Prefixes(azureWire))

// guard checks the address that is about to be dialled, so that no name resolves around it, not even one that
// resolves to something else the second time.
type guard struct {
	private []netip.Prefix
	port    func(port uint16) bool
}

func (g guard) check(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return errProhibited
	}
	ip := target.Addr().Unmap()
	if within(g.private, ip) {
		return nil
	}
	if g.port == nil || !g.port(target.Port()) {
		return errProhibited
	}
	if err := public.SafeAddr(ip); err != nil {
		return fmt.Errorf("%w: %w", errProhibited, err)
	}
	return nil
}

func within(networks []netip.Prefix, ip netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}

// Allows reports whether an address may be reached: one of the networks that are allowed although they are not
// public, or a public one.
func Allows(private []netip.Prefix, ip netip.Addr) bool {
	ip = ip.Unmap()
	return within(private, ip) || public.SafeAddr(ip) == nil
}

// Prohibited reports whether err comes from the guard.
func Prohibited(err error) bool { return errors.Is(err, errProhibited) }
