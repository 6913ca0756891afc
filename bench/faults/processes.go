package faults

import (
	"context"
	"strconv"
	"time"

	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/bench/fakes"
	"github.com/jawort/jawort/bench/local"
)

// ahead is how far two servers' clocks are apart.
const ahead = 30 * time.Second

func processes() []Fault {
	return []Fault{
		{Name: "server-killed", Done: "kill -9 of server, started again after 1 s", Lasts: down, Harm: kill(func(s *local.Stack) *local.Process { return s.Server })},
		{Name: "mobile-api-killed", Done: "kill -9 of mobile-api, started again after 1 s", Lasts: down, Harm: kill(func(s *local.Stack) *local.Process { return s.MobileAPI })},
		{Name: "pushgw-killed-while-sending", Done: "kill -9 of pushgw while the push service keeps it waiting, started again after 1 s", Lasts: down, Harm: killSending},
		{Name: "pushgw-killed", Done: "kill -9 of pushgw, started again after 1 s", Lasts: down, Harm: kill(func(s *local.Stack) *local.Process { return s.PushGW })},
	}
}

func kill(which func(*local.Stack) *local.Process) Harm {
	return func(_ context.Context, s *local.Stack) (Heal, error) {
		p := which(s)
		p.Kill()
		return p.Start, nil
	}
}

// sending is how long the push service keeps the gateway waiting before that is killed.
const sending = time.Second

// killSending kills the push gateway with many jobs in its hands.
func killSending(ctx context.Context, s *local.Stack) (Heal, error) {
	if err := s.Fakes.Feel(ctx, fakes.FCM, fakes.Hanging); err != nil {
		return nil, err
	}
	if !backoff.Wait(ctx, sending) {
		return nil, context.Cause(ctx)
	}
	s.PushGW.Kill()
	return s.PushGW.Start, s.Fakes.Feel(ctx, fakes.FCM, fakes.Well)
}

func others() []Fault {
	return []Fault{
		{Name: "clocks-apart", Done: "one of two servers has a clock that is 30 s ahead", Needs: local.Options{Servers: 2, Ahead: ahead}, Lasts: 2 * time.Second},
		{Name: "wake-ups-dropped", Done: "no wake-up reaches a server for 6 s, and who sends it is not told", Needs: local.Options{Proxied: true}, Lasts: 6 * time.Second,
			Harm: disturb(local.Deaf, nil)},
	}
}

// rolling replaces every server by a new one: each is started before the old one is ended.
func rolling() (all []Fault) {
	for n := 1; n <= 3; n++ {
		servers := strconv.Itoa(n) + " servers"
		if n == 1 {
			servers = "1 server"
		}
		all = append(all, Fault{
			Name: "rolling-restart-" + strconv.Itoa(n), Done: "rolling restart of " + servers + " behind a balancer, on a Redis Cluster",
			Needs: local.Options{Servers: n, Redis: local.Cluster}, Lasts: time.Duration(n) * 2 * time.Second,
			Harm: func(ctx context.Context, s *local.Stack) (Heal, error) {
				for range n {
					if err := s.AddServer(ctx); err != nil {
						return nil, err
					}
					s.RetireServer()
				}
				return nil, nil
			},
		})
	}
	return all
}
