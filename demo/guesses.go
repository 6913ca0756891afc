package demo

import (
	"net/netip"
	"sync"
	"time"
)

const (
	mostGuesses  = 10 // wrong passwords of one network
	guessTime    = 10 * time.Minute
	mostNetworks = 10000
)

// guesses count wrong passwords by network, so that nobody tries them by the thousand. Whoever holds many networks still
// has 80 bits to guess.
type guesses struct {
	mu    sync.Mutex
	wrong map[netip.Prefix]*guessed
}

type guessed struct {
	times int
	since time.Time
}

func newGuesses() *guesses { return &guesses{wrong: map[netip.Prefix]*guessed{}} }

// begin counts a try before the password is looked at, so that many at once are no way around. It returns how long
// to wait; 0: go on.
func (g *guesses) begin(address string, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.wrong) >= mostNetworks {
		clear(g.wrong)
	}
	from := network(address)
	known := g.wrong[from]
	if known == nil || now.Sub(known.since) >= guessTime {
		known = &guessed{since: now}
		g.wrong[from] = known
	}
	if known.times >= mostGuesses {
		return known.since.Add(guessTime).Sub(now)
	}
	known.times++
	return 0
}

// right forgets what was wrong: the password is known there.
func (g *guesses) right(address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.wrong, network(address))
}

// network is what one stranger has: an IPv4 address, or the /64 of an IPv6 one.
func network(address string) netip.Prefix {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	from, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return from
}
