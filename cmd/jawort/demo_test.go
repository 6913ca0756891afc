package main

import (
	"os"
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

func TestTheDemoSaysWhichFlagIsWrong(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"--public-url must begin with https://": {"--public-url", "http://demo.example", "--tls-cert", "a.pem", "--tls-key", "b.pem"},
		"--public-url needs --tls-cert":         {"--public-url", "https://demo.example", "--tls-cert", "a.pem"},
		"needs --tls-cert and --tls-key":        {"--public-url", "https://demo.example", "--tls-key", "b.pem"},
		"--tls-cert and --tls-key: open a.pem":  {"--public-url", "https://demo.example", "--tls-cert", "a.pem", "--tls-key", "b.pem"},
		"--data: ":                              {"--data", "/dev/null"},
		"--once needs nobody's phone":           {"--once", "--data", "kept"},
		"--site: ":                              {"--site", "0.0.0.0:0"},
		"--server: ":                            {"--site", "127.0.0.1:0", "--server", "0.0.0.0:0"},
		"--mobile-api: ":                        {"--site", "127.0.0.1:0", "--server", "127.0.0.1:0", "--mobile-api", "0.0.0.0:0"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, err := output(t, nil, append([]string{"demo"}, args...)...)
			if err == nil || stdout != "" || !strings.Contains(stderr, want) {
				t.Errorf("it said %q, %q, %v", stdout, stderr, err)
			}
		})
	}
}

func TestTheGuideForPhonesUsesFlagsThatThereAre(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/try-on-your-phone.md")
	if err != nil {
		t.Fatal(err)
	}
	demo, _, err := newRoot().Find([]string{"demo"})
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`jawort demo .*(?:\n  --.*)*`).FindAllString(string(guide), -1)
	if len(commands) < 2 {
		t.Fatalf("the guide has %d commands", len(commands))
	}
	for _, c := range commands {
		for _, f := range regexp.MustCompile(`--([a-z-]+)`).FindAllStringSubmatch(c, -1) {
			if demo.Flags().Lookup(f[1]) == nil {
				t.Errorf("jawort demo has no flag --%s", f[1])
			}
		}
	}
}
