package attack_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"sync"
	"testing"
	"time"
)

var (
	long = flag.Bool("attack.long", false, "attack as often and as long as the figures of docs/attacks.md want it")
	file = flag.String("attack.json", "", "write what came of the attacks to this `file`")
)

// size is how often something is done in the short form and in the long one.
func size(short, atLength int) int {
	if *long {
		return atLength
	}
	return short
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if *file != "" {
		if err := records.write(*file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// record is what came of an attack. Succeeded says how often the attacker got what must not be had, or, where chance alone gives
// some of it, how often it did; computed and measured are its share.
type record struct {
	Name      string   `json:"name"`
	Tried     int      `json:"tried"`
	Allowed   int      `json:"allowed"`           // of these, what a limit let through to be judged
	Refused   int      `json:"refused,omitempty"` // where that is counted apart
	Succeeded int      `json:"succeeded"`
	Computed  float64  `json:"computed"`
	Measured  float64  `json:"measured"`
	Seconds   float64  `json:"seconds"`
	Broken    []string `json:"broken"`

	t     testing.TB
	began time.Time
	mu    sync.Mutex
}

type book struct {
	mu      sync.Mutex
	Attacks []*record `json:"attacks"`
}

var records book

func (b *book) write(path string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

// begin opens the record of an attack; the end of the test closes it.
func begin(t testing.TB, name string) *record {
	t.Helper()
	r := &record{Name: name, Broken: []string{}, t: t, began: time.Now()}
	t.Cleanup(func() {
		r.Seconds = math.Round(time.Since(r.began).Seconds()*10) / 10
		if t.Failed() && len(r.Broken) == 0 {
			r.Broken = append(r.Broken, "see what the test says: "+t.Name())
		}
		t.Logf("%s: tried %d, allowed %d, succeeded %d, computed %.4g, measured %.4g, %.1f s", r.Name, r.Tried, r.Allowed, r.Succeeded, r.Computed, r.Measured, r.Seconds)
		records.mu.Lock()
		defer records.mu.Unlock()
		records.Attacks = append(records.Attacks, r)
	})
	return r
}

// broke says what the attack did that it must not do.
func (r *record) broke(format string, args ...any) {
	r.t.Helper()
	said := fmt.Sprintf(format, args...)
	r.t.Error(said)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Broken = append(r.Broken, said)
}

// unlikely is the chance with which a test of chance may fail though all is well.
const unlikely = 1e-6

// byChance wants the share of successes to be that of a chance: neither as many nor as few would come of it by less than unlikely.
func (r *record) byChance(tries int, chance float64) {
	r.t.Helper()
	r.Computed, r.Measured = chance, float64(r.Succeeded)/float64(tries)
	if atLeast(r.Succeeded, tries, chance) < unlikely || 1-atLeast(r.Succeeded+1, tries, chance) < unlikely {
		r.broke("%s: %d of %d succeeded, where each should by a chance of %.4g", r.Name, r.Succeeded, tries, chance)
	}
}

// atLeast is the chance of k successes or more in n tries of chance p.
func atLeast(k, n int, p float64) float64 {
	sum := 0.0
	for i := max(k, 0); i <= n; i++ {
		sum += math.Exp(choose(n, i) + float64(i)*math.Log(p) + float64(n-i)*math.Log(1-p))
	}
	return min(sum, 1)
}

func choose(n, k int) float64 {
	whole, _ := math.Lgamma(float64(n + 1))
	one, _ := math.Lgamma(float64(k + 1))
	rest, _ := math.Lgamma(float64(n - k + 1))
	return whole - one - rest
}
