package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/phone"
)

func TestEverybodysWordIsHeldAgainstTheRow(t *testing.T) {
	t.Parallel()
	now := time.Now()
	row := Row{Status: "approved", Method: "push", Device: "dev_1", At: now}
	sight := Sight{"approved", "push"}
	good := func(change func(*Login)) *Login {
		s := &Login{
			ID: "apr_1", Waited: true, Left: now.Add(time.Minute), Page: sight, Asked: true, Site: sight,
			Phones: []Answer{{Device: "dev_1", Decision: phone.Approve, Status: "approved"}, {Device: "dev_2", Decision: phone.Approve}},
		}
		change(s)
		return s
	}
	for name, c := range map[string]struct {
		login        *Login
		row          *Row
		lost, double string
	}{
		"all is well":              {good(func(*Login) {}), &row, "", ""},
		"a code":                   {good(func(s *Login) { s.Phones = nil }), &row, "", ""},
		"nobody was told anything": {&Login{ID: "apr_1"}, nil, "", ""},
		"nobody was told, but the question is open": {&Login{ID: "apr_1", Waited: true, Asked: true, Site: Sight{Status: "pending"}}, nil, "", ""},

		"a decision without its row":               {good(func(*Login) {}), nil, "approve of dev_1", ""},
		"a code without its row":                   {&Login{ID: "apr_1", Phones: []Answer{{Decision: approve, Status: "approved", Method: "totp"}}}, nil, "approve of the page", ""},
		"a page that was told of nothing":          {good(func(s *Login) { s.Phones, s.Site = nil, Sight{} }), nil, "the page was told", ""},
		"a login service that was told of nothing": {good(func(s *Login) { s.Phones, s.Page = nil, Sight{} }), nil, "the login service was told", ""},
		"a page that was never told":               {good(func(s *Login) { s.Page, s.Asked = Sight{}, false }), &row, "the page was not told", ""},
		"a page that left before":                  {good(func(s *Login) { s.Page, s.Asked, s.Left = Sight{}, false, now.Add(time.Second) }), &row, "", ""},
		"a page that was acknowledged and not told": {
			good(func(s *Login) {
				s.Page, s.Asked, s.Acknowledged, s.Left = Sight{}, false, now.Add(5*time.Second), now.Add(15*time.Second+lag)
			}), &Row{"approved", "push", "dev_1", now.Add(30 * time.Second), ""}, "the page was not told", "",
		},
		"a page that left soon after the acknowledgement": {
			good(func(s *Login) {
				s.Page, s.Asked, s.Acknowledged, s.Left = Sight{}, false, now.Add(5*time.Second), now.Add(14*time.Second)
			}), &row, "", "",
		},
		"evidence that does not hold": {good(func(*Login) {}), &Row{"approved", "push", "dev_1", now, "no signature"}, "no signature", ""},

		"a page that saw another status":          {good(func(s *Login) { s.Page.Status = "denied" }), &row, "", "the page was told {denied push}"},
		"a page that saw another method":          {good(func(s *Login) { s.Page.Method = "totp" }), &row, "", "the page was told {approved totp}"},
		"a login service that saw another status": {good(func(s *Login) { s.Site.Status = "expired" }), &row, "", "the login service was told {expired push}"},
		"a login service that was told to wait":   {good(func(s *Login) { s.Site = Sight{Status: "pending"} }), &row, "", "the login service was told {pending }"},
		"two phones that both were told they won": {good(func(s *Login) { s.Phones[1].Status = "approved" }), &row, "", "dev_2"},
		"a phone that was told another status":    {good(func(s *Login) { s.Phones[0].Status = "denied" }), &row, "", "dev_1 was told denied"},
		"a code that was told another method": {
			&Login{ID: "apr_1", Phones: []Answer{{Decision: approve, Status: "approved", Method: "totp"}}}, &Row{Status: "approved", Method: "sms", At: now}, "", "the page was told approved"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var v Verdict
			if c.row == nil {
				v.withoutRow(c.login)
			} else {
				v.withRow(c.login, *c.row, 10*time.Second)
			}
			wantLine(t, "lost", v.Lost, c.lost)
			wantLine(t, "double", v.Double, c.double)
		})
	}
}

// wantLine wants one line that says so, or none.
func wantLine(t *testing.T, what string, lines []string, want string) {
	t.Helper()
	if want == "" && len(lines) > 0 || want != "" && (len(lines) != 1 || !strings.Contains(lines[0], want)) {
		t.Errorf("%s %q, want %q", what, lines, want)
	}
}
