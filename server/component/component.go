// Package component serves <jawort-wait>, the web component that waits with a person for the end of an approval. Login pages of any
// origin embed it: one JavaScript file that needs no other, under an address with a version.
//
// It owns the file and how browsers keep it. What the component may ask is the business of the packages whose calls it makes.
package component

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	_ "embed"
	"encoding/base64"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/looks"
)

// Path is where the file lies. What it says under this path never changes once it has been released, because pages name its hash: a
// change gets the next version and a path of its own, and the old one stays.
const Path = "/wait/v1/jawort-wait.js"

//go:embed jawort-wait.js
var written []byte

// Source is the file as it is served: with the looks that it shares with all pages, and without its blocks of comments, which every page that embeds it would pay for.
var Source = blocks.ReplaceAll(bytes.Replace(written, []byte("/* looks/elements.css */"), looks.Elements(), 1), nil)

// blocks are comments of whole lines between /* and */, in the script and in its stylesheet; one with something behind it stays.
var blocks = regexp.MustCompile(`(?m)^[ \t]*/\*(?:[^*]|\*+[^*/])*\*+/[ \t]*\n`)

// Integrity returns the hash of the file as pages name it (Subresource Integrity).
func Integrity() string {
	sum := sha512.Sum384(Source)
	return "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Feature serves the file.
type Feature struct{}

// Mount adds the route.
func (Feature) Mount(m *edge.Mux) { m.Handle("GET "+Path, edge.Public, serve) }

// serve lets anybody read it, from any page: there is nothing in it that is not published.
func serve(w http.ResponseWriter, r *http.Request) error {
	h, body, tag := w.Header(), Source, strings.TrimPrefix(Integrity(), "sha384-")
	zipped := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	if zipped {
		body, tag = compressed(), tag+"-gzip"
	}
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+tag+`"`)
	h.Add("Vary", "Accept-Encoding")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if known := r.Header.Get("If-None-Match"); known == "*" || strings.Contains(known, h.Get("ETag")) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	if zipped {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err := w.Write(body)
	return err
}

var compressed = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(Source)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic("component: " + err.Error()) // a buffer takes everything
	}
	return b.Bytes()
})
