package demo

import (
	"fmt"
	"testing"
	"time"
)

func TestGuessesCountByNetworkForAWhileAndAreForgottenByTheRightOne(t *testing.T) {
	t.Parallel()
	g, now := newGuesses(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	exhaust := func(address string) {
		for range mostGuesses {
			g.begin(address, now)
		}
	}
	exhaust("2001:db8::1")
	if wait := g.begin("2001:db8::2", now.Add(time.Minute)); wait != guessTime-time.Minute {
		t.Errorf("another address of the same network waits %s", wait)
	}
	for _, address := range []string{"2001:db8:0:1::1", "192.0.2.1", "not an address"} {
		if wait := g.begin(address, now); wait != 0 {
			t.Errorf("%s waits %s", address, wait)
		}
	}
	if wait := g.begin("2001:db8::1", now.Add(guessTime)); wait != 0 {
		t.Errorf("after a while it waits %s", wait)
	}
	exhaust("192.0.2.2")
	g.right("192.0.2.2")
	if wait := g.begin("::ffff:192.0.2.2", now); wait != 0 {
		t.Errorf("who knew the password waits %s", wait)
	}
}

func TestGuessesOfManyNetworksTakeNoMoreThanTheirRoom(t *testing.T) {
	t.Parallel()
	g, now := newGuesses(), time.Now()
	for i := range mostNetworks + 10 {
		g.begin(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), now)
	}
	if n := len(g.wrong); n > mostNetworks {
		t.Errorf("%d networks are kept", n)
	}
}
