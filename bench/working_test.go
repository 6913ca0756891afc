package bench

import (
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/phone"
)

func TestAKindOfLoginThatNeverSucceedsIsFound(t *testing.T) {
	t.Parallel()
	alone, several := &person{phones: make([]*handset, 1)}, &person{phones: make([]*handset, 3)}
	worked := map[Kind]struct {
		plan plan
		who  *person
		seen Login
	}{
		ByApproval: {plan{decision: approve}, alone, Login{Site: Sight{"approved", "push"}}},
		ByDeny:     {plan{decision: phone.Deny}, alone, Login{Site: Sight{Status: "denied"}}},
		ByWrong:    {plan{decision: approve, wrong: true}, alone, Login{Mistyped: true, Site: Sight{"approved", "push"}}},
		ByCode:     {plan{way: byCode}, alone, Login{Site: Sight{"approved", "totp"}}},
		ByTrust:    {plan{way: byTrust}, alone, Login{Site: Sight{"approved", "trusted_browser"}}},
		BySeveral:  {plan{decision: approve}, several, Login{Phones: make([]Answer, 2), Site: Sight{"approved", "push"}}},
	}
	if len(worked) != len(kinds) {
		t.Fatalf("%d kinds are tried, of %d", len(worked), len(kinds))
	}
	for failing := range worked {
		t.Run(string(failing), func(t *testing.T) {
			t.Parallel()
			l := &Load{journal: &Journal{}}
			for _, w := range worked {
				seen := w.seen
				seen.Kinds = kindsOf(w.plan, w.who)
				l.journal.add(&seen)
			}
			if found := l.ailing(0); len(found) != 0 {
				t.Fatalf("all work, and found is %q", found)
			}
			for _, seen := range l.journal.logins {
				if slices.Contains(seen.Kinds, failing) {
					*seen = Login{Kinds: seen.Kinds, Site: Sight{"expired", ""}}
				}
			}
			if found := strings.Join(l.ailing(0), "\n"); !strings.Contains(found, string(failing)+": of ") {
				t.Errorf("found %q", found)
			}
			if found := NeverWorked(l.journal.logins, 3); len(found) != 0 {
				t.Errorf("they are too few to tell, and found is %q", found)
			}
		})
	}
}

func TestMoreErrorsThanAFewAreFoundInALoadThatNobodyHarms(t *testing.T) {
	t.Parallel()
	l := &Load{journal: &Journal{}}
	for range 300 {
		l.journal.add(&Login{})
	}
	wantLine(t, "ailing", l.ailing(3), "")
	wantLine(t, "ailing", l.ailing(4), "errors: 4 in 300 logins")
	l.journal.churn()
	wantLine(t, "ailing", l.ailing(0), "none was")
	l.journal.enrolled("a", "dev_1")
	l.journal.revoked("dev_1")
	if found := strings.Join(l.ailing(0), ""); found != "" {
		t.Errorf("found %q", found)
	}
}
