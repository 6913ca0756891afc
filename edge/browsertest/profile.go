package browsertest

import (
	"context"

	devtools "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Allow lets pages of an origin notify, in the tab's profile, as a person does who is asked and agrees.
func (tab *Tab) Allow(origin string) {
	tab.Helper()
	tab.permit(origin, devtools.PermissionSettingGranted)
}

// Block forbids pages of an origin to notify.
func (tab *Tab) Block(origin string) {
	tab.Helper()
	tab.permit(origin, devtools.PermissionSettingDenied)
}

func (tab *Tab) permit(origin string, setting devtools.PermissionSetting) {
	tab.Helper()
	tab.run(chromedp.ActionFunc(func(ctx context.Context) error {
		return devtools.SetPermission(&devtools.PermissionDescriptor{Name: "notifications"}, setting).
			WithOrigin(origin).WithBrowserContextID(tab.profile).Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser))
	}))
}

// Before runs a script in each page of the tab before the page's own.
func (tab *Tab) Before(script string) {
	tab.Helper()
	tab.run(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
		return err
	}))
}
