package album

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const preface = `# The screens

What people see of Jawort, in both languages, on a phone and on a desktop, in light and in dark. ` + "`make screens`" + ` writes all of this
anew, this page too. It walks through the screens as the tests do, so that no screen is missing; clocks, numbers, dates and codes are
overwritten, so that pictures differ only where screens do. QR codes differ each time.
`

// part is a folder of pictures.
type part struct {
	folder, title, text string
	languages           []string // as they are spoken there
}

// parts follow each other on the page.
var parts = []part{
	{"app", "The companion app", "The phone in the browser: [mobile-api/app](../../mobile-api/app).", []string{"de", "en"}},
	{"wait", "The page that waits", "`<jawort-wait>`, on a plain page around it: [docs/waiting-page.md](../waiting-page.md).", []string{"de", "en"}},
	{"portal", "The portal", "Where people look after their own account: [docs/portal.md](../portal.md).", []string{"de", "en"}},
	{"managers", "The portal for managers", "Those who manage others look after them: [docs/portal.md](../portal.md#for-managers).", []string{"de", "en"}},
	{"console", "The console", "Where operators run an installation or one tenant of it: [docs/console.md](../console.md).", []string{"de", "en"}},
	{"support", "The console for support and auditors", "Where support helps people, and auditors look: [docs/console.md](../console.md).", []string{"de", "en"}},
	{"demo", "The demo", "A login page that uses all this, by `make demo`.", []string{"de", "en"}},
}

// views are the captions of each screen's pictures, as files are sorted.
func (p part) views() (all []string) {
	for _, language := range p.languages {
		for _, on := range []string{"desktop, dark", "desktop, light", "phone, dark", "phone, light"} {
			all = append(all, language+", "+on)
		}
	}
	return all
}

// Index is a page that shows the pictures in a folder.
func Index(folder string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(preface)
	for _, part := range parts {
		files, err := os.ReadDir(filepath.Join(folder, part.folder))
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		screens := map[string][]string{}
		for _, f := range files {
			screens[nameOf(f.Name())] = append(screens[nameOf(f.Name())], f.Name())
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", part.title, part.text)
		for _, name := range slices.Sorted(maps.Keys(screens)) {
			fmt.Fprintf(&b, "\n### %s\n\n", strings.ReplaceAll(name, "-", " "))
			for _, file := range screens[name] {
				fmt.Fprintf(&b, "<a href=\"%[1]s/%[2]s\"><img src=\"%[1]s/%[2]s\" alt=\"%[3]s\" height=\"220\"></a>\n", part.folder, file, caption(file))
			}
		}
	}
	return b.Bytes(), nil
}

// caption is "en, phone, dark" for "question-login-en-phone-dark.png".
func caption(file string) string {
	words := strings.Split(strings.TrimSuffix(file, ".png"), "-")
	return strings.Join(words[max(len(words)-3, 0):], ", ")
}
