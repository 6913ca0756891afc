package account_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

// daily is a browser that logs in once a day for ten days.
func daily(change func(int, *account.Event)) []account.Event {
	events := make([]account.Event, 10)
	for i := range events {
		events[i] = account.Event{
			At: now.Add(time.Duration(i) * account.Day), Account: "acc_1", Group: "grp_1", Application: "app_1", Lineage: "browser",
			HasMethod: true, Method: approval.MethodPush, Approved: true,
		}
		change(i, &events[i])
	}
	return events
}

func inForce(group account.GroupPolicy, application account.ApplicationPolicy) account.Policies {
	return account.Policies{
		Groups:       map[string]account.Group{"grp_1": {ID: "grp_1", Policy: group}},
		Applications: map[string]account.Application{"app_1": {ID: "app_1", Name: "Portal", Policy: application}},
	}
}

func weekly() account.GroupPolicy {
	return account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 3}}
}

func later() account.GroupPolicy {
	p := weekly()
	p.EnforcedFrom = map[string]account.Date{"Portal": account.DateOf(now.Add(30 * account.Day))}
	return p
}

func remembering() account.GroupPolicy {
	p := weekly()
	p.Remember = true
	return p
}

func TestAReplayCountsWhoWouldBeAskedMoreAndLess(t *testing.T) {
	t.Parallel()
	none := account.ApplicationPolicy{}
	same := func(int, *account.Event) {}
	for name, c := range map[string]struct {
		events        []account.Event
		before, after account.Policies
		want          account.Change
	}{
		"nothing changes": {daily(same), inForce(weekly(), none), inForce(weekly(), none), account.Change{Logins: 10, Asked: 4, Would: 4}},
		"every day":       {daily(same), inForce(weekly(), none), inForce(account.GroupPolicy{}, none), account.Change{Logins: 10, Asked: 4, Would: 10, More: 6}},
		"less often":      {daily(same), inForce(account.GroupPolicy{}, none), inForce(weekly(), none), account.Change{Logins: 10, Asked: 10, Would: 4, Less: 6}},
		"a cap": {daily(same), inForce(weekly(), none), inForce(weekly(), account.ApplicationPolicy{MaxInterval: account.Duration(2 * account.Day)}),
			account.Change{Logins: 10, Asked: 4, Would: 5, More: 3, Less: 2}},
		"a choice of one's own": {daily(func(_ int, e *account.Event) { e.Interval = days(1) }), inForce(weekly(), none), inForce(account.GroupPolicy{}, none),
			account.Change{Logins: 10, Asked: 10, Would: 10}},
		"browsers that are not known": {daily(func(_ int, e *account.Event) { e.Lineage = "" }), inForce(weekly(), none), inForce(weekly(), none),
			account.Change{Logins: 10, Asked: 10, Would: 10}},
		"a browser that changed": {daily(func(i int, e *account.Event) { e.Changed = i == 1 || i == 2 }), inForce(weekly(), none), inForce(weekly(), none),
			account.Change{Logins: 10, Asked: 5, Would: 5}},
		"logins that were not approved": {daily(func(i int, e *account.Event) { e.Approved = i > 1 }), inForce(weekly(), none), inForce(weekly(), none),
			account.Change{Logins: 10, Asked: 5, Would: 5}},
		"a first method, once it is enforced": {
			daily(func(_ int, e *account.Event) { e.HasMethod, e.Method = false, approval.MethodNotEnforced }),
			inForce(later(), none), inForce(weekly(), none), account.Change{Logins: 10, Would: 4, More: 4},
		},
		"remembered": {daily(func(_ int, e *account.Event) { e.Remember = true }), inForce(weekly(), none),
			inForce(remembering(), account.ApplicationPolicy{Remember: account.Duration(30 * account.Day)}),
			account.Change{Logins: 10, Asked: 4, Would: 1, Less: 3}},
		"by a method that is not allowed any more": {daily(func(_ int, e *account.Event) { e.Method = approval.MethodEmail }), inForce(weekly(), none),
			inForce(weekly(), account.ApplicationPolicy{Methods: []approval.Method{"totp"}}), account.Change{Logins: 10, Asked: 4, Would: 4}},
		"let in by an operator": {daily(func(_ int, e *account.Event) { e.Method = approval.MethodBypass }), inForce(weekly(), none), inForce(weekly(), none),
			account.Change{Logins: 10, Asked: 10, Would: 10}},
	} {
		slices.Reverse(c.events) // the order of what is given does not matter
		if got := account.Replay(c.events, c.before, c.after)["grp_1"]; got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// fresh has each login bring no token, as browsers do to which none was granted.
func fresh(i int, e *account.Event) {
	e.Lineage, e.Signs = "browser "+string(rune('a'+i)), []string{"session", "network"}
}

func TestABrowserThatCouldBringNoTokenIsToldByItsSigns(t *testing.T) {
	t.Parallel()
	none := account.ApplicationPolicy{}
	always, week := inForce(account.GroupPolicy{}, none), inForce(weekly(), none)
	for name, c := range map[string]struct {
		change func(int, *account.Event)
		want   account.Change
	}{
		"nothing was granted":    {func(int, *account.Event) {}, account.Change{Logins: 10, Asked: 10, Would: 4, Less: 6, Estimated: 9}},
		"two that share no sign": {func(i int, e *account.Event) { e.Signs[i%2] = e.Lineage }, account.Change{Logins: 10, Asked: 10, Would: 6, Less: 4, Estimated: 8}},
		"the network changes":    {func(i int, e *account.Event) { e.Signs[1] = e.Lineage }, account.Change{Logins: 10, Asked: 10, Would: 4, Less: 6, Estimated: 9}},
		"all signs are others":   {func(_ int, e *account.Event) { e.Signs = []string{e.Lineage} }, account.Change{Logins: 10, Asked: 10, Would: 10}},
		"there are no signs":     {func(_ int, e *account.Event) { e.Signs = nil }, account.Change{Logins: 10, Asked: 10, Would: 10}},
		"at another application each time": {func(i int, e *account.Event) { e.Application = "app_" + string(rune('1'+i)) },
			account.Change{Logins: 10, Asked: 10, Would: 10}},
		"it had a token that held": {func(_ int, e *account.Event) { e.Granted = 25 * time.Hour }, account.Change{Logins: 10, Asked: 10, Would: 10}},
		"its token was over":       {func(_ int, e *account.Event) { e.Granted = 23 * time.Hour }, account.Change{Logins: 10, Asked: 10, Would: 4, Less: 6, Estimated: 9}},
		"what was granted was not confirmed": {func(i int, e *account.Event) { e.Granted, e.Approved = account.MaxInterval, i == 9 },
			account.Change{Logins: 10, Asked: 10, Would: 10, Estimated: 9}},
		"a token was granted on the way": {func(i int, e *account.Event) {
			if i >= 4 {
				e.Lineage, e.Granted = "browser e", 3*account.Day
			}
		}, account.Change{Logins: 10, Asked: 10, Would: 4, Less: 6, Estimated: 4}},
		"another comes beside one that has a token": {func(i int, e *account.Event) {
			if i%2 == 0 {
				e.Lineage, e.Granted = "browser a", account.MaxInterval
			}
		}, account.Change{Logins: 10, Asked: 10, Would: 8, Less: 2}},
	} {
		events := daily(func(i int, e *account.Event) { fresh(i, e); c.change(i, e) })
		if name == "at another application each time" {
			for _, p := range []account.Policies{always, week} {
				for _, e := range events {
					p.Applications[e.Application] = account.Application{ID: e.Application}
				}
			}
		}
		if got := account.Replay(events, always, week)["grp_1"]; got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestAReplayKeepsBrowsersAccountsAndGroupsApart(t *testing.T) {
	t.Parallel()
	events := slices.Concat(
		daily(func(int, *account.Event) {}),
		daily(func(_ int, e *account.Event) { e.Lineage = "another" }),
		daily(func(_ int, e *account.Event) { e.Account = "acc_3" }),
		daily(func(_ int, e *account.Event) { e.Account, e.Group = "acc_2", "" }),
	)
	got := account.Replay(events, inForce(weekly(), account.ApplicationPolicy{}), inForce(account.GroupPolicy{}, account.ApplicationPolicy{}))
	if got["grp_1"] != (account.Change{Logins: 30, Asked: 12, Would: 30, More: 18}) || got[""] != (account.Change{Logins: 10, Asked: 10, Would: 10}) {
		t.Errorf("%+v", got)
	}
}

func TestPausesGrowWithTheDeniesInARow(t *testing.T) {
	t.Parallel()
	for denies, want := range map[int]time.Duration{
		-1: 0, 0: 0, 2: 0, 3: 5 * time.Minute, 4: 15 * time.Minute, 5: time.Hour, 6: time.Hour, 1000: time.Hour,
	} {
		if got := account.PauseAfter(denies); got != want {
			t.Errorf("after %d denies %v, want %v", denies, got, want)
		}
	}
}

func TestAReportIsHeldAgainstTheNetworkAndNotOneAddress(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{
		"198.51.100.7": "198.51.100.0/24", "::ffff:198.51.100.7": "198.51.100.0/24", "2001:db8:1:2::3": "2001:db8:1::/48",
		"2001:db8:1:ffff::": "2001:db8:1::/48",
	} {
		if got, err := account.NetworkOf(ip); err != nil || got != want {
			t.Errorf("%s is in %s, %v; want %s", ip, got, err, want)
		}
	}
	for _, ip := range []string{"", "example", "198.51.100", "fe80::1%eth0"} {
		_, err := account.NetworkOf(ip)
		wantField(t, err, "browser.ip")
	}
}
