// Package app is the companion app for browsers: pages, scripts and pictures, and how they are served. The app itself is in static/,
// as plain modules that browsers load as they are; it knows nothing of Jawort but the phone API.
//
// It is served below one name per content, so that a page never meets scripts of another version, and browsers may keep
// them for ever. Only the page, the service worker and the manifest are asked for anew each time.
package app

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/jawort/jawort/looks"
)

//go:embed static
var source embed.FS

// App is the companion app, ready to be served.
type App struct {
	version string
	files   map[string]file // by their path in static/
}

// New returns the app. It is the same for all who ask, and put together once: compressing it takes a while.
func New() (*App, error) { return built() }

var built = sync.OnceValues(build)

// build reads the app and puts its service worker together.
func build() (*App, error) {
	static, err := fs.Sub(source, "static")
	if err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	raw, err := read(static)
	if err != nil {
		return nil, err
	}
	raw[styleFile] = append(looks.Sheet(), raw[styleFile]...)
	a := &App{version: version(raw), files: map[string]file{}}
	if err := putTogether(raw); err != nil {
		return nil, err
	}
	shell := a.shell(raw)
	raw[workerFile] = append(constants(a.version, shell), raw[workerFile]...)
	raw[pageFile] = bytes.ReplaceAll(raw[pageFile], []byte("{modules}"), preloads(shell))
	raw[pageFile] = bytes.ReplaceAll(raw[pageFile], []byte("{version}"), []byte(a.version))
	raw[manifestFile] = bytes.ReplaceAll(raw[manifestFile], []byte("{version}"), []byte(a.version))
	for name, content := range raw {
		if a.files[name], err = newFile(name, content); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Version names the content of the app.
func (a *App) Version() string { return a.version }

// beside are the modules that the page loads by themselves: the nonce is asked for while the rest is still being read, and the library
// stays as it came.
var beside = []string{"nonce.js", "vendor/htm-preact.js"}

// putTogether makes two scripts of the modules: what the page runs, and the service worker.
func putTogether(raw map[string][]byte) error {
	worker, inWorker, err := bundle(raw, workerFile)
	if err != nil {
		return err
	}
	page, inPage, err := bundle(raw, scriptFile, beside...)
	if err != nil {
		return err
	}
	for _, name := range slices.Concat(inWorker, inPage) {
		if !slices.Contains(beside, name) {
			delete(raw, name)
		}
	}
	raw[workerFile], raw[scriptFile] = worker, page
	return nil
}

// The files that are served at the root, where browsers want them, and the one that starts the app.
const (
	pageFile     = "index.html"
	workerFile   = "worker.js"
	manifestFile = "manifest.webmanifest"
	scriptFile   = "main.js"
	styleFile    = "app.css"
)

func read(static fs.FS) (map[string][]byte, error) {
	raw := map[string][]byte{}
	err := fs.WalkDir(static, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw[name], err = fs.ReadFile(static, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	return raw, nil
}

func version(raw map[string][]byte) string {
	h := sha256.New()
	for _, name := range names(raw) {
		fmt.Fprintf(h, "%s\x00%d\x00", name, len(raw[name]))
		h.Write(raw[name])
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:9])
}

func names(raw map[string][]byte) []string {
	all := make([]string, 0, len(raw))
	for name := range raw {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// shell is what the app needs to start without network. What only some need is kept once it was used.
func (a *App) shell(raw map[string][]byte) []string {
	shell := []string{"./"}
	for _, name := range names(raw) {
		switch {
		case !strings.Contains(name, "/") && slices.Contains([]string{pageFile, workerFile, manifestFile}, name):
		case strings.HasPrefix(name, "vendor/jsqr/"), path.Dir(name) == "icons", path.Ext(name) == ".ts", path.Ext(name) == ".txt":
		default:
			shell = append(shell, "app/"+a.version+"/"+name)
		}
	}
	return shell
}

// constants tell the worker which version it is of, and what to keep.
func constants(version string, shell []string) []byte {
	return fmt.Appendf(nil, "const version = %q;\nconst shell = %q.split(\" \");\n\n", version, strings.Join(shell, " "))
}

// preloads name all scripts in the page, so that browsers load them at once.
func preloads(shell []string) []byte {
	var links []string
	for _, name := range shell {
		if path.Ext(name) == ".js" {
			links = append(links, fmt.Sprintf(`<link rel="modulepreload" href=%q>`, name))
		}
	}
	return []byte(strings.Join(links, "\n\t"))
}
