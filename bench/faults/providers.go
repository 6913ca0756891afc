package faults

import (
	"context"
	"time"

	"github.com/jawort/jawort/bench/fakes"
	"github.com/jawort/jawort/bench/local"
)

// unwell is how long a push service is unwell.
const unwell = 3 * time.Second

func providers() []Fault {
	return []Fault{
		{Name: "provider-down", Done: "push service: takes no connections for 3 s", Needs: local.Options{Proxied: true}, Lasts: unwell,
			Harm: func(_ context.Context, s *local.Stack) (Heal, error) {
				s.FCMProxy.Cut()
				return func(context.Context) error { return s.FCMProxy.Mend() }, nil
			}},
		{Name: "provider-429", Done: "push service: answers 429 for 3 s", Lasts: unwell, Harm: mood(fakes.Busy)},
		{Name: "provider-500", Done: "push service: answers 500 for 3 s", Lasts: unwell, Harm: mood(fakes.Broken)},
		{Name: "provider-hanging", Done: "push service: answers nothing for 3 s", Lasts: unwell, Harm: mood(fakes.Hanging)},
		{Name: "provider-reset-after-accept", Done: "push service: accepts, and cuts the connection before its answer, for 3 s", Lasts: unwell, Harm: mood(fakes.Forgetful)},
	}
}

func mood(m fakes.Mood) Harm {
	return func(ctx context.Context, s *local.Stack) (Heal, error) {
		return func(ctx context.Context) error { return s.Fakes.Feel(ctx, fakes.FCM, fakes.Well) }, s.Fakes.Feel(ctx, fakes.FCM, m)
	}
}
