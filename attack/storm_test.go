package attack_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/bench/local"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// storm is an installation of three real processes, redis-server and Postgres, that is flooded while people log in.
type storm struct {
	testing.TB
	*local.Stack
	client *client.Client
	phone  *phone.Phone

	mu     sync.Mutex
	delays []time.Duration // of good logins
	failed []error
}

// burst is how many requests of one address are taken at once; a hundred a second follow.
const burst = 300

const person = "AB1234"

// newStorm starts the installation. Named as a proxy, this machine can speak for whatever address it likes.
func newStorm(t testing.TB) *storm {
	t.Helper()
	dir := t.TempDir()
	for at := dir; len(at) > len(os.TempDir()); at = filepath.Dir(at) { // Postgres is another user
		if err := os.Chmod(at, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "jawort")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../cmd/jawort").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	stack, err := local.Start(t.Context(), local.Options{Program: program, Parent: dir, Env: []string{"JAWORT_TRUSTED_PROXIES=127.0.0.0/8,::1/128", "JAWORT_LIMITS_BURST=" + strconv.Itoa(burst)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stack.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &storm{TB: t, Stack: stack}
	s.client, err = client.New(client.Config{BaseURL: stack.ServerURL, Key: stack.Key})
	s.must(err)
	_, err = s.client.PutAccount(t.Context(), person, "")
	s.must(err)
	e, err := s.client.Enrol(t.Context(), client.NewEnrolment{Account: person, Authorize: client.ByOperator, Reason: "came in"})
	s.must(err)
	s.phone = phone.New(phone.Options{})
	digits, err := s.phone.Enrol(t.Context(), e.Link, "Holder", "Phone", nil)
	s.must(err)
	_, err = s.client.ConfirmEnrolment(t.Context(), e.ID, digits)
	s.must(err)
	return s
}

func (s *storm) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// login is one good login, from the question to the answer that the login service asks for.
func (s *storm) login(ctx context.Context) error {
	a, err := s.client.CreateApproval(ctx, client.Request{Account: person, Browser: client.Browser{IP: "203.0.113.9", UserAgent: "Mozilla/5.0"}})
	if err != nil {
		return err
	}
	items, err := s.phone.Pending(ctx, 0, nil)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(items, func(i phone.Item) bool { return i.ID == a.ID })
	if i < 0 {
		return fmt.Errorf("%s does not wait for the phone", a.ID)
	}
	if _, err := s.phone.Decide(ctx, items[i], phone.Approve, a.Number); err != nil {
		return err
	}
	end, err := s.client.Approval(ctx, a.ID)
	if err == nil && end.Status != client.Approved {
		err = fmt.Errorf("%s is %s", a.ID, end.Status)
	}
	return err
}

// people log in one after the other, a few a second, until ctx ends.
func (s *storm) people(ctx context.Context) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		began := time.Now()
		err := s.login(context.WithoutCancel(ctx))
		s.mu.Lock()
		s.delays = append(s.delays, time.Since(began))
		if err != nil {
			s.failed = append(s.failed, err)
		}
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// slowest is the delay that one login in twenty exceeds.
func (s *storm) slowest() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.delays)
	return s.delays[len(s.delays)*95/100]
}

// addresses are those of both faces and of an admin port.
func (s *storm) addresses() []string {
	var all []string
	for _, at := range []string{s.ServerURL, s.PhoneURL, s.Server.Admin} {
		u, err := url.Parse(at)
		s.must(err)
		all = append(all, u.Host)
	}
	return all
}

// use is what the processes hold.
type use struct {
	resident    int64
	descriptors int
	goroutines  int
}

func (s *storm) use() (u use) {
	s.Helper()
	for _, p := range []*local.Process{s.Server, s.MobileAPI} {
		bytes, err := local.Resident(p.PID())
		s.must(err)
		u.resident += bytes
		open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.PID()))
		s.must(err)
		u.descriptors += len(open)
		u.goroutines += int(s.metric(p, "go_goroutines"))
	}
	return u
}

// metric sums the series of a name.
func (s *storm) metric(p *local.Process, name string) (sum float64) {
	s.Helper()
	resp, err := http.Get(p.Admin + "/metrics")
	s.must(err)
	defer resp.Body.Close()
	for _, line := range regexp.MustCompile(`(?m)^`+name+`(?:\{[^}]*\})? (\S+)$`).FindAllStringSubmatch(body(resp), -1) {
		value, err := strconv.ParseFloat(line[1], 64)
		s.must(err)
		sum += value
	}
	return sum
}

// recovered waits until the processes hold no more than before, but for connections that good clients keep.
func (s *storm) recovered(r *record, before use) (after use) {
	s.Helper()
	const kept = 60
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(30 * time.Second); ; <-tick.C {
		after = s.use()
		if after.descriptors <= before.descriptors+kept && after.goroutines <= before.goroutines+3*kept {
			return after
		}
		if time.Now().After(late) {
			r.broke("30 s later the processes hold %+v, before it was %+v", after, before)
			return after
		}
	}
}
