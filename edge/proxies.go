package edge

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies says whose word counts about where a request comes from.
type Proxies struct {
	Trusted []netip.Prefix
	Unnamed bool // a proxy is in front, and nobody said where: every request seems to come from it
}

// Source returns the address that a request comes from, and whether it can be limited by it: the nearest hop that is no trusted proxy.
// What stands before that in X-Forwarded-For anybody can have written. Forwarded is not read: a proxy that writes the one passes the other on.
//
// This machine is not limited, and neither is who cannot be told from a proxy.
func (p Proxies) Source(r *http.Request) (source netip.Addr, limited bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	hop := peer.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for p.trusts(hop) {
		if len(hops) == 0 {
			return hop, false
		}
		last := strings.TrimSpace(hops[len(hops)-1])
		hops = hops[:len(hops)-1]
		before, err := parseHop(last)
		if err != nil {
			return hop, false
		}
		hop = before
	}
	return hop, !p.Unnamed && !hop.IsLoopback()
}

func (p Proxies) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(p.Trusted, func(n netip.Prefix) bool { return n.Contains(a) })
}

// parseHop reads an address, also with a port as some proxies write it.
func parseHop(text string) (netip.Addr, error) {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap(), nil
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return a.Unmap().WithZone(""), err
}

// sourceOf is what counts as one: whoever has an address of IPv6 has the 64 bits behind it too.
func sourceOf(a netip.Addr) netip.Prefix {
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, _ := a.Prefix(bits) // an address has as many bits
	return p
}
