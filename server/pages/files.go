package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/looks"
)

//go:embed static
var static embed.FS

// files are what all pages load, put together once: the stylesheet begins with what it shares with the app.
var files = sync.OnceValue(func() map[string][]byte {
	all := map[string][]byte{}
	for name := range kinds {
		content, err := static.ReadFile("static/" + name)
		if err != nil {
			panic("pages: " + err.Error())
		}
		all[name] = content
	}
	all["pages.css"] = append(looks.Sheet(), all["pages.css"]...)
	return all
})

// version names the content, so that browsers may keep it for ever.
var version = sync.OnceValue(func() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files())) {
		fmt.Fprintf(h, "%s\x00%d\x00", name, len(files()[name]))
		h.Write(files()[name])
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:9])
})

func fileURL(name string) string { return "/pages/" + version() + "/" + name }

// Files serves what all pages load.
type Files struct{}

// Mount implements the server's feature.
func (Files) Mount(m *edge.Mux) { m.HandlePage("GET /pages/{version}/{name}", serve) }

const script = "text/javascript; charset=utf-8"

var kinds = map[string]string{"pages.css": "text/css; charset=utf-8", "pages.js": script, "passkey.js": script, "live.js": script}

func serve(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	content, ok := files()[name]
	if !ok || r.PathValue("version") != version() {
		return edge.ErrNoRoute
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", kinds[name])
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, err := w.Write(content)
	return err
}
