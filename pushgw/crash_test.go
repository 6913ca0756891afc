package pushgw_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw/pushtest"
)

func TestAllPhonesOfAnApprovalAreWokenAndToldOfItsEnd(t *testing.T) {
	t.Parallel()
	onEveryRedis(t, func(t *testing.T, w *world) {
		phones := w.phones(t)
		w.gateway(t, "a")
		p := w.ask(t, phones...)
		for _, ph := range phones {
			if got := <-ph.stage.Inbox(ph.token); got.Type != "approval" || got.ID != p.ID {
				t.Errorf("%s got %+v", ph.name, got)
			}
		}
		w.wantNothingLeft(t)
		w.wantDelivery(t, p, approval.Delivery{Sent: 4})
		if err := w.store.End(t.Context(), p.ID, "ins_fcm", approval.StatusApproved); err != nil {
			t.Fatal(err)
		}
		for _, ph := range phones[1:] {
			if got := <-ph.stage.Inbox(ph.token); got.Type != "withdrawn" || got.ID != p.ID {
				t.Errorf("%s got %+v", ph.name, got)
			}
		}
		w.wantNothingLeft(t)
		if n := w.fcm.Attempts(phones[0].token); n != 1 {
			t.Errorf("the phone that decided got %d pushes, want 1", n)
		}
	})
}

func (w *world) wantDelivery(t *testing.T, p approval.Pending, want approval.Delivery) {
	t.Helper()
	got, err := w.store.Deliveries(t.Context(), []string{p.ID})
	if err != nil || got[p.ID].Delivery != want {
		t.Errorf("delivery is %+v, %v, want %+v", got[p.ID], err, want)
	}
}

func TestAGatewayKilledInTheMiddleLosesNoJob(t *testing.T) {
	t.Parallel()
	for name, reaction := range map[string]pushtest.Reaction{
		"before the service accepted": pushtest.Silent(),
		"after the service accepted":  pushtest.AcceptSilently(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEveryRedis(t, func(t *testing.T, w *world) {
				phones := w.phones(t)
				arrived := make(chan string, 2*len(phones))
				for _, ph := range phones {
					ph.stage.OnAttempt(func(token string) { arrived <- token })
					ph.stage.Script(ph.token, reaction)
				}
				p := w.ask(t, phones...)
				kill := w.gateway(t, "a")
				for range phones {
					<-arrived
				}
				kill()
				w.wantDelivery(t, p, approval.Delivery{})

				w.gateway(t, "b")
				w.wantNothingLeft(t)
				w.wantDelivery(t, p, approval.Delivery{Sent: 4})
				for _, ph := range phones {
					if n := ph.stage.Attempts(ph.token); n != 2 {
						t.Errorf("%s: %d attempts, want 2", ph.name, n)
					}
				}
			})
		})
	}
}

func TestGatewaysThatKeepDyingLoseNoJob(t *testing.T) {
	t.Parallel()
	onEveryRedis(t, func(t *testing.T, w *world) {
		const approvals = 20
		accepted := make(chan pushtest.Push, 100*approvals)
		for _, s := range []*pushtest.Stage{w.fcm.Stage, w.apns.Stage, w.huawei.Stage, w.web.Stage} {
			s.OnPush(func(p pushtest.Push) { accepted <- p })
		}
		phones := w.phones(t)
		missing := map[string]bool{}
		for range approvals {
			p := w.ask(t, phones...)
			for _, ph := range phones {
				missing[p.ID+" "+ph.token] = true
			}
		}
		for i := 0; len(missing) > 0; i++ {
			kill := w.gateway(t, fmt.Sprintf("consumer-%d", i))
			for left := len(missing) - 8; len(missing) > max(left, 0); { // by then it is in the middle of others
				p := <-accepted
				delete(missing, p.ID+" "+p.Token)
			}
			kill()
		}
		w.gateway(t, "last")
		w.wantNothingLeft(t)
	})
}

func TestADeadTokenIsRetiredThroughTheRealServices(t *testing.T) {
	t.Parallel()
	onEveryRedis(t, func(t *testing.T, w *world) {
		phones := w.phones(t)
		for _, ph := range phones {
			ph.stage.Uninstall(ph.token)
		}
		w.proveHuawei(t)
		w.gateway(t, "a")
		p := w.ask(t, phones...)
		w.wantNothingLeft(t)
		w.wantDelivery(t, p, approval.Delivery{Failed: 4})
		retired := w.addresses.all()
		if len(retired) != 4 {
			t.Fatalf("retired %v", retired)
		}
		for _, r := range retired {
			if r.version != 1 || (r.installation == "ins_apns") == r.since.IsZero() {
				t.Errorf("retired %+v", r)
			}
		}
	})
}

func TestNoTokenGetsIntoTheLog(t *testing.T) {
	t.Parallel()
	onEveryRedis(t, func(t *testing.T, w *world) {
		phones := w.phones(t)
		for _, ph := range phones {
			ph.stage.Script(ph.token, pushtest.Cut(), pushtest.Refuse(500, "INTERNAL"), pushtest.Refuse(403, "x "+ph.token))
		}
		private := w.phones(t)[2]
		private.name = "ins_private"
		private.address.Subscription.Endpoint = "https://10.1.2.3/secret-path"
		w.gateway(t, "a")
		w.ask(t, append(phones, private)...)
		w.wantNothingLeft(t)
		log := w.log.String()
		if !strings.Contains(log, "address-not-allowed") || !strings.Contains(log, "needs an operator") {
			t.Errorf("the log lacks what happened:\n%s", log)
		}
		for _, ph := range phones {
			secret := ph.token[strings.LastIndex(ph.token, "/")+1:]
			if strings.Contains(log, secret) || strings.Contains(log, "secret-path") {
				t.Errorf("the log holds the token of %s:\n%s", ph.name, log)
			}
		}
	})
}
