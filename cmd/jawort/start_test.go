package main

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/store/live/redistest"
)

func TestAnAddressThatIsTakenNamesItsKey(t *testing.T) {
	t.Parallel()
	i := installed(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { taken.Close() }) // the subtests outlive this function
	addr := taken.Addr().String()
	for variable, key := range map[string]string{
		"JAWORT_ADMIN_LISTEN": "admin.listen", "JAWORT_SERVER_LISTEN": "server.listen", "JAWORT_MOBILE_API_LISTEN": "mobile_api.listen",
	} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			env := slices.DeleteFunc(slices.Clone(i.env), func(v string) bool { return strings.HasPrefix(v, variable+"=") })
			_, stderr, err := output(t, append(env, variable+"="+addr), "serve")
			want := key + ": " + addr + " is taken; each process on this machine needs its own (" + variable + ")"
			if err == nil || !strings.Contains(stderr, want) {
				t.Errorf("%v, said %q; want %q", err, stderr, want)
			}
		})
	}
}

func TestAStoreThatDoesNotAnswerIsNamedWithoutItsPassword(t *testing.T) {
	t.Parallel()
	gone := redistest.Start(t)
	gone.Kill()
	at, err := url.Parse(gone.URL)
	if err != nil {
		t.Fatal(err)
	}
	i := installed(t)
	redis, database := "JAWORT_REDIS=redis://:hidden@"+at.Host, "JAWORT_DATABASE=postgres://u:hidden@"+at.Host+"/x"
	for name, c := range map[string]struct {
		env, args []string
		want      string
	}{
		"redis":    {[]string{i.env[0], redis}, []string{"serve"}, "jawort: redis: " + at.Host + " does not answer (connection refused)"},
		"database": {[]string{database, i.env[1]}, []string{"serve"}, "jawort: database: " + at.Host + " does not answer (connection refused)"},
		"set-up":   {[]string{database, i.env[1]}, []string{"tenant", "list"}, "jawort: database: " + at.Host + " does not answer (connection refused)"},
		"demo":     {nil, []string{"demo", "--once", "--redis", gone.URL}, "jawort: redis: " + at.Host + " does not answer (connection refused)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := c.env
			if env != nil {
				env = append(env, i.env[2:]...)
			}
			_, stderr, err := output(t, env, c.args...)
			if err == nil || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "hidden") {
				t.Errorf("%v, said %q; want %q", err, stderr, c.want)
			}
		})
	}
}

func TestAProcessWritesLogLinesOnlyAndSaysThatItStopped(t *testing.T) {
	t.Parallel()
	i := installed(t)
	p := i.run()
	i.enrol("Pixel", nil)
	i.redis.Kill()
	if status, _ := i.create(t); status < 500 {
		t.Fatalf("without Redis it answered %d", status)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	lines := strings.Split(p.log.String(), "\n")
	for _, line := range lines {
		if !strings.HasPrefix(line, "{") {
			t.Errorf("past the log: %s", line)
		}
	}
	if last := lines[len(lines)-1]; !strings.Contains(last, `"msg":"stopped"`) {
		t.Errorf("the last line is %s", last)
	}
}

func TestWhatIsListedIsThereAndWhatPagesNeedIsSaid(t *testing.T) {
	t.Parallel()
	i := installed(t)
	for _, args := range [][]string{
		{"application", "list", "--tenant", "ten_aaaaaaaaaaaaaaaaaaaaaaaaaa"}, {"key", "list", "--application", "app_aaaaaaaaaaaaaaaaaaaaaaaaaa"},
	} {
		stdout, stderr, err := output(t, i.env, args...)
		if err == nil || !strings.Contains(stderr, "there is no "+args[3]) {
			t.Errorf("%v, said %q %q", err, stdout, stderr)
		}
	}
	tenant := answer[[]tenantRow](t, i.env, "tenant", "list")[0]
	if whole(tenant.CreatedAt) != tenant.CreatedAt {
		t.Errorf("created at %v", tenant.CreatedAt)
	}
	stdout, stderr, err := output(t, i.env, "application", "create", "Batch", "--tenant", tenant.ID)
	if err != nil || !strings.Contains(stdout, "Created application") || !strings.Contains(stderr, "without --origin no page can wait") {
		t.Errorf("%v, said %q %q", err, stdout, stderr)
	}
	if _, stderr, err = output(t, i.env, "application", "create", "Portal", "--tenant", tenant.ID, "--origin", pageOrigin); err != nil || stderr != "" {
		t.Errorf("%v, said %q", err, stderr)
	}
}
