package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live/redistest"
)

var lastLine = regexp.MustCompile(`^demo: approved by "Bernd's iPhone" in [0-9]+ ms; 2 withdrawn$`)

func TestTheDemoPlaysOneLoginFromPushToEvidence(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]func(*testing.T) []string{
		"embedded": func(*testing.T) []string { return nil },
		"Redis and Postgres": func(t *testing.T) []string {
			return []string{"--redis", redistest.Start(t).URL, "--database", pgtest.New(t)}
		},
		"Redis Cluster": func(t *testing.T) []string { return []string{"--redis", redistest.Cluster(t).URL} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, err := output(t, nil, append([]string{"demo", "--once"}, args(t)...)...)
			if err != nil {
				t.Fatalf("%v\n%s\n%s", err, stdout, stderr)
			}
			lines := strings.Split(strings.TrimSpace(stdout), "\n")
			if !lastLine.MatchString(lines[len(lines)-1]) {
				t.Errorf("the last line is %q", lines[len(lines)-1])
			}
			for _, service := range []string{"FCM", "APNs", "Web Push"} {
				if !strings.Contains(stdout, service+" woke") {
					t.Errorf("%s woke nobody:\n%s", service, stdout)
				}
			}
		})
	}
}

func TestTheDemoFailsWhereItsStoresAreMissing(t *testing.T) {
	t.Parallel()
	gone := redistest.Start(t)
	gone.Kill()
	stdout, stderr, err := output(t, nil, "demo", "--once", "--redis", gone.URL)
	if err == nil || strings.Contains(stdout, "demo: approved") {
		t.Errorf("without Redis it said %q, %q", stdout, stderr)
	}
}
