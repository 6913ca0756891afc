package browsertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Patience is how long a tab waits for what must happen, on a busy machine.
const Patience = 30 * time.Second

// Tab is one page of a browser.
type Tab struct {
	testing.TB
	ctx        context.Context
	scriptless bool                 // its pages run no scripts
	profile    cdp.BrowserContextID // where it keeps cookies, storage, service workers and permissions

	mu     sync.Mutex
	wrongs []string
	heard  chan struct{} // of something wrong
}

// New opens an empty tab in a profile of its own, until the test ends.
func New(t testing.TB) *Tab {
	t.Helper()
	return open(t, chromedp.WithNewBrowserContext())
}

// Beside opens another tab in the same profile.
func (tab *Tab) Beside() *Tab {
	tab.Helper()
	return open(tab.TB, chromedp.WithExistingBrowserContext(tab.profile))
}

func open(t testing.TB, where chromedp.ContextOption) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser(t), where)
	tab := &Tab{TB: t, ctx: ctx, heard: make(chan struct{}, 1)}
	chromedp.ListenTarget(ctx, tab.hear)
	if err := chromedp.Run(ctx); err != nil { // the tab lives as long as the context of its first run
		cancel()
		t.Fatalf("browser: %v", err)
	}
	tab.run(runtime.Enable(), log.Enable(), network.Enable(), page.Enable())
	tab.profile = chromedp.FromContext(ctx).BrowserContextID
	t.Cleanup(func() {
		cancel()
		tab.report()
	})
	return tab
}

// hear notes what no page of ours may do.
func (tab *Tab) hear(event any) {
	wrong := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		wrong = e.ExceptionDetails.Error()
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError {
			wrong = fmt.Sprintf("console.error %s", e.Args[0].Value)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError && e.Entry.Source != log.SourceNetwork { // a refused request is not a mistake of the page
			wrong = string(e.Entry.Source) + ": " + e.Entry.Text
		}
	}
	if wrong != "" {
		tab.mu.Lock()
		defer tab.mu.Unlock()
		tab.wrongs = append(tab.wrongs, wrong)
		select {
		case tab.heard <- struct{}{}:
		default:
		}
	}
}

// WantComplaint waits until the browser complains of something that it refuses the page, which then is no mistake.
func (tab *Tab) WantComplaint(text string) {
	tab.Helper()
	patience := time.After(Patience)
	for !tab.forgive(text) {
		select {
		case <-tab.heard:
		case <-patience:
			tab.Fatalf("the browser does not complain of %q", text)
		}
	}
}

// forgive takes one complaint away; false: there is none.
func (tab *Tab) forgive(text string) bool {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	i := slices.IndexFunc(tab.wrongs, func(wrong string) bool { return strings.Contains(wrong, text) })
	if i < 0 {
		return false
	}
	tab.wrongs = slices.Delete(tab.wrongs, i, i+1)
	return true
}

func (tab *Tab) report() {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	for _, wrong := range tab.wrongs {
		tab.Errorf("the page: %s", wrong)
	}
}

// run does something with the tab, in time, or fails the test.
func (tab *Tab) run(actions ...chromedp.Action) {
	tab.Helper()
	if err := tab.try(actions...); err != nil {
		tab.Fatalf("browser: %v", err)
	}
}

func (tab *Tab) try(actions ...chromedp.Action) error {
	ctx, cancel := context.WithTimeout(tab.ctx, Patience)
	defer cancel()
	return chromedp.Run(ctx, actions...)
}

// Go opens a page.
func (tab *Tab) Go(url string) {
	tab.Helper()
	tab.run(chromedp.Navigate(url))
}

// Reload loads the page again.
func (tab *Tab) Reload() {
	tab.Helper()
	tab.run(chromedp.Reload())
}

// Screen is what a page is shown on.
type Screen struct {
	Width, Height int64
	Mobile, Dark  bool
	Scale         float64 // pixels of it to one of the page; 0: 2, as most have
	Language      string  // "de", "en"; empty: English
}

// Show puts the tab on a screen. It counts from the next Go on.
func (tab *Tab) Show(s Screen) {
	tab.Helper()
	scheme := "light"
	if s.Dark {
		scheme = "dark"
	}
	if s.Scale == 0 {
		s.Scale = 2
	}
	actions := []chromedp.Action{
		emulation.SetDeviceMetricsOverride(s.Width, s.Height, s.Scale, s.Mobile),
		emulation.SetTouchEmulationEnabled(s.Mobile), // its pointer is a finger
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
	}
	if s.Language != "" {
		actions = append(actions, emulation.SetUserAgentOverride(tab.userAgent()).WithAcceptLanguage(s.Language))
	}
	tab.run(actions...)
}

func (tab *Tab) userAgent() string {
	tab.Helper()
	return Eval[string](tab, `navigator.userAgent`)
}

// Scripts lets pages run their scripts, or none from the next Go on.
func (tab *Tab) Scripts(run bool) {
	tab.Helper()
	tab.scriptless = !run
	tab.run(emulation.SetScriptExecutionDisabled(!run))
}

// OnPaper shows the page as it is printed, or on the screen again.
func (tab *Tab) OnPaper(print bool) {
	tab.Helper()
	medium := map[bool]string{true: "print", false: "screen"}[print]
	tab.run(emulation.SetEmulatedMedia().WithMedia(medium))
}

// Offline cuts the tab's network, or gives it back.
func (tab *Tab) Offline(cut bool) {
	tab.Helper()
	tab.run(network.EmulateNetworkConditions(cut, 0, -1, -1))
}

// Upload chooses a file.
func (tab *Tab) Upload(selector, file string) {
	tab.Helper()
	tab.Wait(selector)
	tab.run(chromedp.SetUploadFiles(selector, []string{file}, chromedp.ByQuery))
}
