package demo

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var bold = regexp.MustCompile(`\*\*([^*]+)\*\*`)

// TestTheGuideForPhonesNamesWhatIsOnTheScreens holds docs/try-on-your-phone.md to the texts of the app, the waiting page and the demo: what
// it shows in bold is what people look for.
func TestTheGuideForPhonesNamesWhatIsOnTheScreens(t *testing.T) {
	t.Parallel()
	shown := ""
	for _, pattern := range []string{"../mobile-api/app/static/texts/en.js", "../server/component/jawort-wait.js", "../locale/en.json"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(names), err)
		}
		for _, name := range names {
			shown += string(content(t, name))
		}
	}
	named := bold.FindAllStringSubmatch(string(content(t, "../docs/try-on-your-phone.md")), -1)
	if len(named) < 20 {
		t.Errorf("the guide names %d things on screens", len(named))
	}
	for _, n := range named {
		words := strings.Join(strings.Fields(n[1]), " ")
		if !strings.Contains(shown, `"`+words+`"`) && !strings.Contains(shown, "\n  "+words+"\n") { // as catalogues or the component have it
			t.Errorf("no screen shows %q", words)
		}
	}
}
