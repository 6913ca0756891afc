package bench

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jawort/jawort/bench/fakes"
)

// Options say what the load is like.
type Options struct {
	Rate     float64 // logins per second
	Constant bool    // in even steps; else as a Poisson process, as people come
	Duration time.Duration
	WarmUp   time.Duration // at the same rate before it, not measured
	Seed     uint64

	People int // accounts that log in by their phones, in turn

	// Shares, 0 to 1.
	Several float64 // of the accounts: three phones, of which two answer at the same moment
	Deny    float64 // of the logins: denied, by all phones of the account
	Wrong   float64 // of the logins: first a wrong number
	Code    float64 // of the logins: confirmed by an authenticator app in place of the phone
	Trusted float64 // of the logins: by a browser that confirmed before

	Churn float64 // phones that are registered and revoked, per second

	Providers []string      // by which phones are woken, in turn
	Think     time.Duration // from seeing question and number to the answer
	Patience  time.Duration // after which page and phones give up
	Told      time.Duration // within which a page must be told of an outcome
	NewConns  bool          // no keep-alive: a connection for every request
}

// DefaultOptions are one phone per account, most logins approved, on connections that are kept.
func DefaultOptions() Options {
	return Options{
		Rate: 100, Duration: 30 * time.Second, WarmUp: 5 * time.Second, Seed: 1, People: 2000,
		Deny: 0.02, Wrong: 0.02, Code: 0.02, Trusted: 0.02, Churn: 1,
		Providers: []string{fakes.FCM}, Think: time.Second, Patience: 30 * time.Second, Told: 10 * time.Second,
	}
}

// maxLogins bounds what is kept in memory: every login is remembered until the end.
const maxLogins = 2_000_000

// Validate names the option that cannot be.
func (o Options) Validate() error {
	for _, share := range []struct {
		name  string
		value float64
	}{
		{"several", o.Several}, {"deny", o.Deny}, {"wrong", o.Wrong}, {"code", o.Code}, {"trusted", o.Trusted},
		{"deny, code and trusted together", o.Deny + o.Code + o.Trusted},
	} {
		if !(share.value >= 0 && share.value <= 1) {
			return fmt.Errorf("%s: must be a share between 0 and 1", share.name)
		}
	}
	switch {
	case !(o.Rate > 0) || o.Rate > 100_000:
		return errors.New("rate: must be between 0 and 100,000 logins per second")
	case o.Duration <= 0 || o.WarmUp < 0:
		return errors.New("duration: must be positive, and warm-up not negative")
	case o.Rate*(o.Duration+o.WarmUp).Seconds() > maxLogins:
		return fmt.Errorf("duration: at this rate, more than %d logins would have to be remembered", maxLogins)
	case o.People < 1:
		return errors.New("people: at least one account must log in")
	case o.Churn < 0 || o.Churn > o.Rate:
		return errors.New("churn: must not be negative, nor more than the rate")
	case o.Think < 0 || o.Patience <= 0 || o.Told <= 0 || o.Told > o.Patience:
		return errors.New("patience: must be positive, and no shorter than what a page may wait for the outcome")
	case o.Think+o.Patience > longestLogin:
		return fmt.Errorf("patience: with the time to think it must be at most %s, since then questions expire", longestLogin)
	case len(o.Providers) == 0:
		return errors.New("providers: at least one is needed")
	}
	for _, p := range o.Providers {
		if !slices.Contains([]string{fakes.FCM, fakes.APNs, fakes.Huawei, fakes.WebPush}, p) {
			return fmt.Errorf("providers: %q is none of fcm, apns, huawei and webpush", p)
		}
	}
	return nil
}

// longestLogin is a little less than the life of a question.
const longestLogin = 110 * time.Second

// longestStep is how long a code of an authenticator app bars the next one of the same account.
const longestStep = 30 * time.Second

// spare are for the times when chance brings more.
const spare = 3

// pool is how many accounts a share of the logins needs so that none comes again within the given time.
func (o Options) pool(share float64, within time.Duration) int {
	if share == 0 {
		return 0
	}
	within = min(within, o.WarmUp+o.Duration)
	return int(math.Ceil(1.2*o.Rate*share*within.Seconds())) + spare
}
