package attack_test

import (
	"math"
	"testing"
	"time"

	"github.com/jawort/jawort/store/db"
)

// pauses are how long a method rests after so many wrong codes in a row, and mostCodes after how many it is disabled, as
// docs/design.md has it.
var pauses = []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour}

const mostCodes = 100

func pauseAfter(wrong int) time.Duration {
	if wrong < firstPause {
		return 0
	}
	return pauses[min(wrong-firstPause, len(pauses)-1)]
}

// judgedWithin is how many wrong codes are judged in a time, of somebody who never stops.
func judgedWithin(d time.Duration) (n int) {
	for at := time.Duration(0); at < d && n < mostCodes; at += pauseAfter(n) {
		n++
	}
	return n
}

// TestWhoGuessesCodesDayAndNightGetsNoFurtherThanThePauses fires at one account whenever a pause ends, and shortly before, and in
// the long form goes on until the method is disabled.
func TestWhoGuessesCodesDayAndNightGetsNoFurtherThanThePauses(t *testing.T) {
	t.Parallel()
	town := newHouse(t, database(t)).town()
	login, _ := town.newcomer()
	town.enrol(town.client, login, "Holder", nil) // so that there is a login while the other method pauses
	shows := town.authenticator(login)
	r := begin(t, "patience: authenticator app")
	day, began := 0, town.now()
	firstDay := judgedWithin(24 * time.Hour)
	for r.Allowed < size(firstDay+1, mostCodes) {
		if day == 0 && town.now().Sub(began) >= 24*time.Hour {
			day = r.Allowed
		}
		r.shoot(door{shows(), digits(6), town.typed(login, "totp")}, max(firstPause-r.Allowed, 1))
		if r.Allowed >= mostCodes {
			break
		}
		town.pass(pauseAfter(r.Allowed) - 10*time.Second)
		r.shoot(door{shows(), digits(6), town.typed(login, "totp")}, 0)
		town.pass(10 * time.Second)
	}
	if day != firstDay {
		r.broke("%d codes were judged in 24 hours, want %d", day, firstDay)
	}
	counted, err := db.One(t.Context(), town.process.Lasting().Reads(), db.ScanInt, `SELECT MAX(failures) FROM methods`)
	town.must(err)
	if counted != r.Allowed {
		r.broke("%d wrong codes are counted, want %d", counted, r.Allowed)
	}
	if d := (door{shows(), digits(6), town.typed(login, "totp")}); r.Allowed >= mostCodes {
		if a := d.guess(d.truth); a.code() != "method-not-offered" && a.code() != "method-disabled" {
			r.broke("after %d wrong codes the right one was answered %d %s", r.Allowed, a.status, a.body)
		}
	}
	const accepted = 3e-6 // one step before and after the present one count too
	r.Computed, r.Measured = 1-math.Pow(1-accepted, float64(r.Allowed)), float64(r.Succeeded)
	t.Logf("judged on the first day: %d, chance %.2g; in all: %d, chance %.2g", day, 1-math.Pow(1-accepted, float64(day)), r.Allowed, r.Computed)
}

// shoot fires codes that are wrong, and wants so many to be judged.
func (r *record) shoot(d door, want int) {
	r.t.Helper()
	var guesses []string
	for len(guesses) < size(firstPause+1, volley) {
		if one := d.other(); one[:2] != d.truth[:2] { // not by chance the code of another step, as good as never
			guesses = append(guesses, one)
		}
	}
	judged, hit, all := d.fire(guesses)
	r.Tried, r.Allowed = r.Tried+len(guesses), r.Allowed+judged
	if hit {
		r.Succeeded++
	}
	if judged != want {
		r.broke("after %d wrong codes %d more were judged, want %d (%v)", r.Allowed-judged, judged, want, all)
	}
}

// TestWhoApprovesWithoutLookingIsStoppedByTheHundredthWrongNumber has somebody type any number into their phone whenever asked.
func TestWhoApprovesWithoutLookingIsStoppedByTheHundredthWrongNumber(t *testing.T) {
	t.Parallel()
	town := newHouse(t, database(t)).town()
	login, _ := town.newcomer()
	p := town.enrol(town.client, login, "Holder", nil)
	r := begin(t, "patience: number of a login")
	logins := 0
	for ; r.Allowed < mostCodes; logins++ {
		d := town.numberOf(p, town.asked(login))
		d.other = wrongNumbers(d.truth)
		r.shoot(door{"--", d.other, d.guess}, min(threeTries, mostCodes-r.Allowed))
	}
	list, err := town.client.Devices(t.Context(), login)
	town.must(err)
	if len(list) != 1 || list[0].Status != "disabled" {
		r.broke("after %d wrong numbers the phone is %+v", r.Allowed, list)
	}
	if a := town.ask(town.key, "POST", "/v1/approvals", []byte(`{"account":"`+login+`","browser":{"ip":"203.0.113.9"}}`)); a.code() != "no-method" {
		r.broke("with its only method disabled the account was answered %d %s", a.status, a.body)
	}
	perLogin := threeTries / 100.
	r.Computed, r.Measured = 1-math.Pow(1-perLogin, float64(logins)), float64(r.Succeeded)
	t.Logf("%d logins until the phone's key is disabled", logins)
}

// wrongNumbers are all of two digits but one, in turn.
func wrongNumbers(truth string) func() string {
	next := 0
	return func() string {
		for {
			next = (next + 1) % 100
			if one := string(rune('0'+next/10)) + string(rune('0'+next%10)); one != truth {
				return one
			}
		}
	}
}
