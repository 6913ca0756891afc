package browsertest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// violations runs axe-core over the page, and over the components in it. A finished transition has its last colours.
const violations = `(async () => {
	for (const moving of document.getAnimations()) if (moving.effect.getComputedTiming().endTime !== Infinity) moving.finish();
	const { violations } = await axe.run(document, { resultTypes: ["violations"] });
	return violations.map((v) => v.id + ": " + v.help + v.nodes.map((n) => "\n    " + n.target.flat().join(" ") + ": " + n.html + "\n    " + n.failureSummary).join(""));
})()`

// WantAccessible fails the test with whatever axe-core has against the page as it is now.
func (tab *Tab) WantAccessible() {
	tab.Helper()
	if !Eval[bool](tab, `"axe" in self`) { // half a megabyte, which a page reads once
		tab.run(chromedp.Evaluate(axe(tab)+"; true", nil))
	}
	for _, wrong := range Eval[[]string](tab, violations) {
		tab.Errorf("axe: %s", wrong)
	}
}

// axe is the text of axe-core. script/need brings it where it is missing.
func axe(t testing.TB) string {
	t.Helper()
	text, err := readAxe()
	if err != nil {
		t.Fatalf("browsertest: axe-core is not installed; run ./script/need: %v", err)
	}
	return text
}

var readAxe = sync.OnceValues(func() (string, error) {
	root, err := ModuleRoot()
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(root, "script/npm/node_modules/axe-core/axe.min.js"))
	return strings.TrimSpace(string(text)), err
})

// ModuleRoot is the folder with go.mod above the package that is tested.
func ModuleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		above := filepath.Dir(folder)
		if above == folder {
			return "", errors.New("no go.mod above the test")
		}
		folder = above
	}
}
