package bench

import (
	"math/rand/v2"
	"time"
)

// arrivals says when the logins come. The same seed gives the same times, whatever the machine does.
type arrivals struct {
	random *rand.Rand
	gap    time.Duration // on average
	even   bool
	at     time.Duration // of the newest, since the start
}

func (o Options) arrivals() *arrivals {
	return &arrivals{random: o.random(1), gap: time.Duration(float64(time.Second) / o.Rate), even: o.Constant}
}

// random is a stream of its own for each use, so that none shifts another.
func (o Options) random(use uint64) *rand.Rand { return rand.New(rand.NewPCG(o.Seed, use)) }

// next returns when the next login comes, since the start.
func (a *arrivals) next() time.Duration {
	if a.even {
		a.at += a.gap
		return a.at
	}
	a.at += time.Duration(float64(a.gap) * a.random.ExpFloat64())
	return a.at
}
