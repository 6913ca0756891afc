package attack_test

import (
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// An attacker who guesses among all codes would have to be let through millions of times before a test saw how often that succeeds.
// So this one has been told all but one in so many.
const candidates = 30

// volley is how many guesses are on their way at the same moment, more than any limit lets through.
const volley = 16

// lock is a secret that is guessed, and what its limits let through.
type lock struct {
	name    string
	open    func(*town) door
	allowed int // guesses at one account, link or login before the limit
	repeats int // in the long form; less where a letter has to arrive each time
}

var locks = []lock{
	{"number of a login", (*town).byNumber, threeTries, 150},
	{"authenticator app", (*town).byApp, firstPause, 150},
	{"code by e-mail", (*town).byMail, firstPause, 40},
	{"recovery code", (*town).byRecovery, firstPause, 150},
	{"bypass code", (*town).byBypass, firstPause, 150},
	{"six digits of an enrolment", (*town).byDigits, threeTries, 150},
	{"code of an enrolment", (*town).byProof, threeTries, 20},
}

// As docs/design.md has it: firstPause is the wrong code after which a method pauses; numbers, and what is typed at an enrolment,
// get three tries.
const (
	firstPause = 5
	threeTries = 3
)

// among are guesses among the candidates, in an order of chance.
func (d door) among() []string {
	all := []string{d.truth}
	for len(all) < candidates {
		if one := d.other(); !contains(all, one) {
			all = append(all, one)
		}
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:volley]
}

func contains(all []string, one string) bool {
	for _, known := range all {
		if strings.EqualFold(known, one) {
			return true
		}
	}
	return false
}

// fire makes guesses all at once, and returns how many were judged, and whether one was right.
func (d door) fire(guesses []string) (judged int, hit bool, all map[string]int) {
	answers := make([]heard, len(guesses))
	var ready sync.WaitGroup
	start := make(chan struct{})
	for i, guess := range guesses {
		ready.Go(func() {
			<-start
			answers[i] = d.guess(guess)
		})
	}
	close(start)
	ready.Wait()
	all = map[string]int{}
	for _, a := range answers {
		all[a.code()]++
		switch code := a.code(); {
		case a.status == http.StatusOK && code == "":
			hit = true // the same answer then goes to whoever comes later: it is not judged any more
		case strings.HasPrefix(code, "wrong-"):
			judged++
		}
	}
	if hit || all["method-disabled"] > 0 { // by the last one; those after it are told the same
		judged++
	}
	return judged, hit, all
}

func TestGuessesAtFullSpeedAreJudgedNoMoreOftenThanTheLimitsSay(t *testing.T) {
	t.Parallel()
	town := newHouse(t, database(t), withPost).town()
	for _, l := range locks {
		t.Run(l.name, func(t *testing.T) {
			r := begin(t, "guess: "+l.name)
			repeats := size(min(4, l.repeats/20), l.repeats)
			for range repeats {
				d := l.open(town)
				judged, hit, all := d.fire(d.among())
				r.Tried, r.Allowed = r.Tried+volley, r.Allowed+judged
				if hit {
					r.Succeeded++
				}
				if judged > l.allowed || (judged < l.allowed && !hit) {
					r.broke("invariant 7: %s: %d guesses were judged, want %d (%v)", l.name, judged, l.allowed, all)
				}
			}
			r.byChance(repeats, float64(l.allowed)/candidates)
		})
	}
}

// TestNoLinkIsFoundByGuessing claims enrolments as fast as it can.
func TestNoLinkIsFoundByGuessing(t *testing.T) {
	t.Parallel()
	town := newHouse(t, database(t)).town()
	login, _ := town.newcomer()
	e, err := town.client.Enrol(t.Context(), client.NewEnrolment{Account: login, Authorize: client.ByOperator, Reason: "came in"})
	town.must(err)
	r := begin(t, "guess: link of an enrolment")
	page, code, _ := strings.Cut(e.Link, "#")
	var guessing sync.WaitGroup
	var refused atomic.Int64
	each, phones := size(20, 500), 8
	for range phones {
		guessing.Go(func() {
			p := phone.New(phone.Options{Now: town.now})
			for range each {
				guess := strings.Map(func(rune) rune { return rune('a' + rand.IntN(26)) }, code)
				if _, err := p.Enrol(t.Context(), page+"#"+guess, "Holder", "Phone", nil); phone.Code(err) == phone.CodeUnknownLink {
					refused.Add(1)
				}
			}
		})
	}
	guessing.Wait()
	r.Tried = each * phones
	r.Allowed, r.Succeeded = r.Tried, r.Tried-int(refused.Load())
	if r.Succeeded != 0 {
		r.broke("%d of %d guesses were not refused as unknown links", r.Succeeded, r.Tried)
	}
	perSecond := float64(r.Tried) / time.Since(r.began).Seconds()
	r.Computed = perSecond * account.EnrolmentLife.Seconds() / math.Exp2(128)
	t.Logf("%.0f claims a second", perSecond)
}
