package demo

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// wantRefused builds a demo that must not start.
func wantRefused(t *testing.T, o Options, want string) {
	t.Helper()
	h, err := build(t.Context(), o)
	if err == nil {
		_ = h.remove()
		t.Fatalf("it starts, and should say %q", want)
	}
	if !strings.HasPrefix(err.Error(), "demo: ") || !strings.Contains(err.Error(), want) {
		t.Errorf("it says %q, and should say %q", err, want)
	}
}

func TestADemoThatPhonesCouldNotUseIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(t *testing.T, o *Options, host string)
		want   string
	}{
		"a public URL without certificate": {func(_ *testing.T, o *Options, _ string) { o.Public.CertFile, o.Public.KeyFile = "", "" }, "needs --tls-cert and --tls-key"},
		"a public URL without key":         {func(_ *testing.T, o *Options, _ string) { o.Public.KeyFile = "" }, "needs --tls-cert and --tls-key"},
		"a certificate without public URL": {func(_ *testing.T, o *Options, _ string) { o.Public.URL = "" }, "--public-url https://HOST, which is missing"},
		"http":                             {func(_ *testing.T, o *Options, _ string) { o.Public.URL = "http://demo.example" }, "must begin with https://"},
		"a host alone":                     {func(_ *testing.T, o *Options, _ string) { o.Public.URL = "demo.example" }, "must be an address such as https://demo.example.org"},
		"a path":                           {func(_ *testing.T, o *Options, _ string) { o.Public.URL = "https://demo.example/demo" }, "must end with the host"},
		"a query":                          {func(_ *testing.T, o *Options, _ string) { o.Public.URL = "https://demo.example?a=b" }, "must end with the host"},
		"what is no port":                  {func(_ *testing.T, o *Options, _ string) { o.Public.URL = "https://demo.example:70000" }, "has the port 70000, which is none"},
		"an IP address, although certified": {func(t *testing.T, o *Options, host string) {
			o.Public.URL = "https://127.44.0.1"
			issuer.issue(t, o.Public, "127.44.0.1", today)
		}, "not an IP address"},
		"an IPv6 address":                {func(_ *testing.T, o *Options, _ string) { o.Public.URL = "https://[::1]" }, "not an IP address"},
		"what is no host name":           {func(_ *testing.T, o *Options, _ string) { o.Public.URL = "https://a_b.example" }, "is no host name"},
		"a certificate for another host": {func(t *testing.T, o *Options, host string) { issuer.issue(t, o.Public, "other.example", today) }, "is valid for other.example, not n"},
		"an expired certificate": {func(t *testing.T, o *Options, host string) {
			issuer.issue(t, o.Public, host, valid{-2 * time.Hour, -time.Hour})
		}, "this certificate expired on"},
		"a certificate of tomorrow": {func(t *testing.T, o *Options, host string) {
			issuer.issue(t, o.Public, host, valid{time.Hour, 2 * time.Hour})
		}, "is the clock of this machine right?"},
		"the key of another certificate": {func(t *testing.T, o *Options, host string) {
			other := files(t, "")
			issuer.issue(t, other, host, today)
			o.Public.KeyFile = other.KeyFile
		}, "private key does not match public key"},
		"what is no certificate": {func(t *testing.T, o *Options, host string) { write(t, o.Public.CertFile, []byte("hello")) }, "failed to find any PEM data"},
		"a file that is not there": {func(_ *testing.T, o *Options, _ string) { o.Public.CertFile = "nowhere.pem" },
			"nowhere.pem: no such file"},
		"a port that is taken":  {func(t *testing.T, o *Options, host string) { taken(t, o.Addresses.MobileAPI) }, "is taken; another port can be given with --mobile-api"},
		"an admin port for all": {func(_ *testing.T, o *Options, _ string) { o.Addresses.Admin = "0.0.0.0:0" }, "this machine only"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, host := publicly(t)
			c.change(t, &o, host)
			wantRefused(t, o, c.want)
		})
	}
}

func taken(t *testing.T, address string) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
}

func TestAPublicURLIsWrittenAsBrowsersDo(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://demo.example": "https://demo.example", "https://Demo.Example/": "https://demo.example", "https://demo.example.": "https://demo.example",
		"https://demo.example:443": "https://demo.example", "https://demo.example:9443": "https://demo.example:9443",
		"https://bücher.example": "https://xn--bcher-kva.example", "https://localhost": "https://localhost",
	} {
		if u, err := publicURL(given); err != nil || u.String() != want {
			t.Errorf("%s is read as %q, %v", given, u, err)
		}
	}
}

func TestTheLoginPageIsWhereItsURLSaysAlsoBehindATunnel(t *testing.T) {
	t.Parallel()
	o, host := publicly(t)
	o.Public.URL = "https://" + host // which leads to o.Addresses.Site
	h, _ := run(t, o)
	if h.siteURL != "https://"+host || h.phoneURL != "https://"+host+":28443" || h.serverURL != "https://"+host+":20000" {
		t.Errorf("login page %s, phones %s, services %s", h.siteURL, h.phoneURL, h.serverURL)
	}
	f, err := newFront(o.Public, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := f.addresses(Addresses{MobileAPI: "127.0.0.1:1"}); got != (Addresses{Site: ":443", MobileAPI: "127.0.0.1:1", Server: ":10000", Admin: "127.0.0.1:9090"}) {
		t.Errorf("it listens at %+v", got)
	}
}

func TestAnAddressThatIsNoneIsRefusedByItsFlag(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"8090", "localhost", "127.0.0.1:port", "127.0.0.1:70000"} {
		here := &front{host: "localhost"}
		l, _, err := here.listen("site", address)
		if err == nil {
			l.Close()
			t.Fatalf("it listens on %s", address)
		}
		if got, want := err.Error(), fmt.Sprintf("demo: --site: %q is no address; give one such as 127.0.0.1:8090", address); got != want {
			t.Errorf("it says %q", got)
		}
	}
}

func TestAUserWhoMayNotListenIsToldWhatElse(t *testing.T) {
	t.Parallel()
	err := unheard("site", ":443", fmt.Errorf("listen: %w", syscall.EACCES))
	if !strings.Contains(err.Error(), "a port above 1023 with --site") {
		t.Errorf("it says %q", err)
	}
}

func TestAFolderServesOnlyTheAddressThatItsPhonesKnow(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	h, stop := run(t, o)
	stop()
	o.Addresses.MobileAPI = strings.Replace(o.Addresses.MobileAPI, "28443", "28444", 1)
	wantRefused(t, o, "belongs to "+h.phoneURL) // at another port, which phones take for another app
}

func TestAFolderWhoseRecordIsBrokenIsRefused(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	if err := os.Mkdir(o.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(o.Data, recordFile), []byte("{"))
	wantRefused(t, o, "delete the folder to begin anew")
}

func TestWhatADemoKeepsIsForItsOwnerOnlyAndATemporaryFolderGoes(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	_, stop := run(t, o)
	stop()
	for name, want := range map[string]os.FileMode{"": 0o700, recordFile: 0o600, "keys.json": 0o600} {
		info, err := os.Stat(filepath.Join(o.Data, name))
		if err != nil {
			t.Error(err)
		} else if got := info.Mode().Perm(); got != want {
			t.Errorf("%q has the mode %o", name, got)
		}
	}
	here := "127.0.0.1:0"
	h, stop := run(t, Options{Addresses: Addresses{here, here, here, here}})
	stop()
	if _, err := os.Stat(h.folder.path); !os.IsNotExist(err) {
		t.Errorf("the temporary folder is still there: %v", err)
	}
}
