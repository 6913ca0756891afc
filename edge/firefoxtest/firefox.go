// Package firefoxtest gives a test a real Firefox: headless, with an empty profile and the preferences that the test asks for,
// spoken to over WebDriver BiDi, and ended with the test. What Chromium can do as well is tested there, with package browsertest.
//
// It never skips: where Firefox is not installed, the test fails and names the package to install.
package firefoxtest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Patience is how long a test waits for what must happen, on a busy machine.
const Patience = 30 * time.Second

// Preferences are those of about:config.
type Preferences map[string]any

// standard keeps the browser from asking anything of the network by itself, and lets it have authenticators that a test brings.
var standard = Preferences{
	"alerts.useSystemBackend":                     false, // there is no desktop that would show notifications
	"app.normandy.enabled":                        false,
	"browser.aboutwelcome.enabled":                false,
	"browser.chrome.site_icons":                   false,
	"browser.safebrowsing.malware.enabled":        false,
	"browser.safebrowsing.phishing.enabled":       false,
	"browser.search.update":                       false,
	"browser.shell.checkDefaultBrowser":           false,
	"browser.topsites.contile.enabled":            false,
	"captivedetect.canonicalURL":                  "",
	"datareporting.policy.dataSubmissionEnabled":  false,
	"devtools.jsonview.enabled":                   false, // it would give JSON an origin of its own
	"extensions.getAddons.cache.enabled":          false,
	"messaging-system.rsexperimentloader.enabled": false,
	"network.captive-portal-service.enabled":      false,
	"network.connectivity-service.enabled":        false,
	"security.webauth.webauthn_enable_softtoken":  true,
	"security.webauth.webauthn_enable_usbtoken":   false,
	"services.settings.server":                    "http://127.0.0.1:9/nothing",
	"toolkit.telemetry.unified":                   false,
}

// Firefox is a running browser with one tab.
type Firefox struct {
	testing.TB
	session *session
	tab     string // the tab's browsing context
}

// firstPage is not blank, since a window that opens blank takes the focus to its address bar, some time later.
const firstPage = "data:text/html,"

// Open starts a browser with preferences of its own.
func Open(t testing.TB, p Preferences) *Firefox {
	t.Helper()
	path, err := find()
	if err != nil {
		t.Fatal(err)
	}
	profile := t.TempDir()
	if err := write(profile, p); err != nil {
		t.Fatal(err)
	}
	address := run(t, exec.Command(path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0",
		"--remote-allow-system-access", firstPage), profile)
	f := &Firefox{TB: t}
	if f.session, err = connect(address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.end)
	f.tab = f.contexts(nil)[0]
	f.look()
	return f
}

// end fails the test where a page threw or logged an error.
func (f *Firefox) end() {
	for _, wrong := range f.session.wrongs {
		f.Errorf("the page: %s", wrong)
	}
	f.session.close()
}

func find() (string, error) {
	for _, name := range []string{"firefox-esr", "firefox"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("firefoxtest: Firefox is not installed; on Debian: apt-get install firefox-esr")
}

func write(profile string, p Preferences) error {
	all := maps.Clone(standard)
	maps.Copy(all, p)
	var b strings.Builder
	for name, value := range all {
		text, err := json.Marshal(value)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "user_pref(%q, %s);\n", name, text)
	}
	return os.WriteFile(filepath.Join(profile, "user.js"), []byte(b.String()), 0o600)
}

const listening = "WebDriver BiDi listening on "

// run starts the browser, ends it with the test, and returns where it listens.
func run(t testing.TB, c *exec.Cmd, home string) (address string) {
	t.Helper()
	c.Env = append(os.Environ(), "HOME="+home, "MOZ_CRASHREPORTER_DISABLE=1")
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if a, ok := strings.CutPrefix(lines.Text(), listening); ok {
				found <- a
			}
		}
		close(found)
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill() // its profile is thrown away
		<-read
		_ = c.Wait()
	})
	select {
	case address = <-found:
	case <-time.After(Patience):
	}
	if address == "" {
		t.Fatal("firefoxtest: Firefox did not start")
	}
	return address
}
