// Package album keeps pictures of the screens that tests walk through: in docs/screens, for people who want to see them without running
// anything. Tests that are run with -screens take the pictures, by `make screens`; run without, they find out whether each screen that
// they walk through has its pictures.
//
// It does not know which screens there are. Whoever walks names each that it comes to.
package album

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/jawort/jawort/edge/browsertest"
)

var taking = flag.Bool("screens", false, "take pictures of the screens for docs/screens")

// Folder is where the pictures of a module are.
const Folder = "docs/screens"

// Views are the screens on which pictures are taken, each in light and in dark; none where the tests only look.
func Views(languages ...string) map[string]browsertest.Screen {
	if !*taking {
		return nil
	}
	views := map[string]browsertest.Screen{}
	for _, language := range languages {
		views[language+"-phone"] = browsertest.Screen{Width: 390, Height: 844, Mobile: true, Language: language, Scale: 1}
		views[language+"-desktop"] = browsertest.Screen{Width: 1024, Height: 720, Language: language, Scale: 1}
	}
	return views
}

// Album is one part of all pictures: of an app, a component or a site.
type Album struct {
	tab    *browsertest.Tab
	folder string
	hold   string
	view   string // empty: nothing is taken
	screen browsertest.Screen
	shown  map[string]bool // names
}

// Open opens the album of a part for one walk through all its screens in this tab. The view is one of Views; any other name takes no
// picture. In places, which are found by CSS selectors, what differs from run to run is overwritten with the characters given.
func Open(tab *browsertest.Tab, part, view string, places map[string]string) *Album {
	tab.Helper()
	root, err := browsertest.ModuleRoot()
	if err != nil {
		tab.Fatalf("album: %v", err)
	}
	a := &Album{tab: tab, folder: filepath.Join(root, Folder, part), hold: holding(places), shown: map[string]bool{}}
	language, _, _ := strings.Cut(view, "-")
	if screen, ok := Views(language)[view]; ok {
		a.view, a.screen = view, screen
	}
	tab.Cleanup(a.close)
	return a
}

// Show shows the album what the tab shows.
func (a *Album) Show(name string) {
	a.tab.Helper()
	a.ShowDownTo(name, "")
}

// ShowDownTo is Show of a page whose rest, below the end of an element, is shown under another name. The element is found by a CSS selector.
func (a *Album) ShowDownTo(name, selector string) {
	a.tab.Helper()
	if a.shown[name] {
		a.tab.Errorf("two screens are called %s", name)
	}
	a.shown[name] = true
	if a.view != "" {
		a.take(name, selector)
	}
}

func (a *Album) take(name, selector string) {
	a.tab.Helper()
	_ = browsertest.Eval[bool](a.tab, a.hold)
	for _, dark := range []bool{true, false} { // walks go on in the light
		s := a.screen
		s.Dark, s.Language = dark, "" // stays
		a.tab.Show(s)
		_ = browsertest.Eval[bool](a.tab, drawn)
		picture, err := shrink(a.tab.Screenshot(), a.end(selector))
		if err == nil {
			err = write(a.file(name, dark), picture)
		}
		if err != nil {
			a.tab.Fatalf("album: %s: %v", name, err)
		}
	}
	_ = browsertest.Eval[bool](a.tab, release)
}

// end is how many pixels of the page are shown; 0: all.
func (a *Album) end(selector string) int {
	a.tab.Helper()
	if selector == "" {
		return 0
	}
	bottom := browsertest.Eval[float64](a.tab, fmt.Sprintf(`document.querySelector(%q).getBoundingClientRect().bottom + scrollY`, selector))
	return int((bottom + margin) * a.screen.Scale)
}

// margin is what is left below an element at which a picture ends.
const margin = 8

func (a *Album) file(name string, dark bool) string {
	return filepath.Join(a.folder, name+"-"+a.view+map[bool]string{false: "-light", true: "-dark"}[dark]+".png")
}

func write(path string, picture []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, picture, 0o644)
}

// indexing lets one walk at a time write the page about all pictures.
var indexing sync.Mutex

// close compares what was shown with what there is. A walk that failed has not been everywhere.
func (a *Album) close() {
	a.tab.Helper()
	if a.tab.Failed() {
		return
	}
	if a.view == "" {
		a.compare()
		return
	}
	indexing.Lock()
	defer indexing.Unlock()
	for _, old := range a.old() {
		if err := os.Remove(old); err != nil {
			a.tab.Errorf("album: %v", err)
		}
	}
	top := filepath.Dir(a.folder)
	page, err := Index(top)
	if err == nil {
		err = write(filepath.Join(top, "README.md"), page)
	}
	if err != nil {
		a.tab.Errorf("album: %v", err)
	}
}

// old are the pictures in this view of screens that are no more.
func (a *Album) old() (files []string) {
	all, _ := filepath.Glob(filepath.Join(a.folder, "*-"+a.view+"-*.png")) // fails by its pattern only
	for _, file := range all {
		if !a.shown[nameOf(file)] {
			files = append(files, file)
		}
	}
	return files
}

// nameOf is the screen's name in "question-login-en-phone-dark.png".
func nameOf(file string) string {
	parts := strings.Split(strings.TrimSuffix(filepath.Base(file), ".png"), "-")
	return strings.Join(parts[:max(len(parts)-3, 0)], "-")
}

func (a *Album) compare() {
	a.tab.Helper()
	kept := map[string]bool{}
	all, _ := filepath.Glob(filepath.Join(a.folder, "*.png"))
	for _, file := range all {
		kept[nameOf(file)] = true
	}
	for _, wrong := range differences(a.shown, kept) {
		a.tab.Errorf("%s/%s %s: run make screens", Folder, filepath.Base(a.folder), wrong)
	}
}

func differences(shown, kept map[string]bool) (wrongs []string) {
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		if !kept[name] {
			wrongs = append(wrongs, "has no picture of "+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		if !shown[name] {
			wrongs = append(wrongs, "has a picture of "+name+", which is no more")
		}
	}
	return wrongs
}

// Names are the screens shown so far.
func (a *Album) Names() []string { return slices.Sorted(maps.Keys(a.shown)) }
