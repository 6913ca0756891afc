// Package browsertest gives tests a real browser: one headless Chromium per test binary, started when the first test asks
// for it and ended with the binary, and in it a fresh profile per test. A page that throws, logs an error or
// breaks its Content Security Policy fails its test.
//
// It never skips: where Chromium is not installed, the test fails and names the package to install.
package browsertest

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// shared is the browser of this test binary. Tests find it without being handed it, hence the package variable.
var shared struct {
	mu      sync.Mutex
	context context.Context
	stop    func()
	options []Option
}

// Option changes how the browser of a test binary starts.
type Option = chromedp.ExecAllocatorOption

// Resolve lets the browser find hosts at addresses of this machine. A host may begin with "*.".
func Resolve(hosts map[string]string) Option {
	rules := make([]string, 0, len(hosts))
	for host, address := range hosts {
		rules = append(rules, "MAP "+host+" "+address)
	}
	return chromedp.Flag("host-resolver-rules", strings.Join(rules, ","))
}

// Trust lets the browser accept every chain that has this certificate in it.
func Trust(c *x509.Certificate) Option {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return chromedp.Flag("ignore-certificate-errors-spki-list", base64.StdEncoding.EncodeToString(sum[:]))
}

// Main runs the tests of a binary that needs nothing else: func TestMain(m *testing.M) { browsertest.Main(m) }.
func Main(m *testing.M, options ...Option) {
	shared.options = options
	code := m.Run()
	Stop()
	os.Exit(code)
}

// Stop ends the browser, if one was started. It belongs into TestMain, after the tests.
func Stop() {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.stop != nil {
		shared.stop()
		shared.context, shared.stop = nil, nil
	}
}

// browser returns the context of the running browser.
func browser(t testing.TB) context.Context {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.context == nil {
		if err := start(); err != nil {
			t.Fatal(err)
		}
	}
	return shared.context
}

func start() error {
	path, err := find()
	if err != nil {
		return err
	}
	allocator, free := chromedp.NewExecAllocator(context.Background(), append(append(flags(), chromedp.ExecPath(path)), shared.options...)...)
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(ignore))
	stop := func() {
		cancel()
		free()
	}
	if err := chromedp.Run(ctx); err != nil {
		stop()
		return err
	}
	shared.context, shared.stop = ctx, stop
	return nil
}

// ignore drops what chromedp says of events that are newer than it, by the hundred. What fails is returned where it is asked for.
func ignore(string, ...any) {}

func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("browsertest: Chromium is not installed; on Debian: apt-get install chromium")
}

// inTheAddressBar are pages that a Chromium of 2026 opens for each window, in processes of their own, and draws although nobody sees
// it. They cost more than the pages that are tested.
const inTheAddressBar = "WebUIOmniboxPopup,WebUIOmniboxAimPopup"

// flags keep the browser from asking anything of the network by itself. Without a sandbox because root cannot have one.
func flags() []chromedp.ExecAllocatorOption {
	on := []string{
		"headless", "no-sandbox", "no-first-run", "no-default-browser-check", "disable-gpu", "disable-quic", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage", "disable-extensions", "disable-background-timer-throttling",
		"disable-renderer-backgrounding", "disable-backgrounding-occluded-windows", "hide-scrollbars", "mute-audio",
	}
	options := make([]chromedp.ExecAllocatorOption, 0, len(on)+1)
	for _, name := range on {
		options = append(options, chromedp.Flag(name, true))
	}
	return append(options, chromedp.Flag("disable-features", inTheAddressBar), chromedp.Flag("lang", "en"))
}
