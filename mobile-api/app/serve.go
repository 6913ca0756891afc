package app

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// policy lets a page have what comes from here, and nothing else. Only one script address can be made from text: the worker's.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; manifest-src 'self'; " +
	"worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types jawort"

const permissions = "camera=(self), publickey-credentials-create=(self), publickey-credentials-get=(self), microphone=(), geolocation=(), payment=(), usb=()"

const (
	askAnew = "no-cache" // kept, but asked for each time whether it is still good
	forEver = "public, max-age=31536000, immutable"
)

// file is one thing to serve, compressed where that is worth it.
type file struct {
	content, zipped []byte
	kind, tag       string
}

var kinds = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json",
}

func newFile(name string, content []byte) (file, error) {
	sum := sha256.Sum256(content)
	f := file{content: content, kind: kinds[path.Ext(name)], tag: base64.RawURLEncoding.EncodeToString(sum[:12])}
	if path.Ext(name) == ".png" {
		return f, nil
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return f, fmt.Errorf("app: %w", err)
	}
	if _, err := w.Write(content); err != nil {
		return f, fmt.Errorf("app: %w", err)
	}
	if err := w.Close(); err != nil {
		return f, fmt.Errorf("app: %w", err)
	}
	f.zipped = b.Bytes()
	return f, nil
}

// Page serves the page, which is the same for all addresses that people open.
func (a *App) Page(w http.ResponseWriter, r *http.Request) { a.files[pageFile].serve(w, r, askAnew) }

// Worker serves the service worker.
func (a *App) Worker(w http.ResponseWriter, r *http.Request) {
	a.files[workerFile].serve(w, r, askAnew)
}

// Manifest serves what browsers install the app by.
func (a *App) Manifest(w http.ResponseWriter, r *http.Request) {
	a.files[manifestFile].serve(w, r, askAnew)
}

// File serves a file of this version; false: there is none.
func (a *App) File(w http.ResponseWriter, r *http.Request, version, name string) bool {
	f, there := a.files[name]
	if !there || version != a.version || path.Ext(name) == ".ts" {
		return false
	}
	f.serve(w, r, forEver)
	return true
}

func (f file) serve(w http.ResponseWriter, r *http.Request, keep string) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", permissions)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", keep)
	h.Set("Content-Type", f.kind)
	h.Set("Vary", "Accept-Encoding")
	body, tag := f.content, `"`+f.tag+`"`
	if f.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body, tag = f.zipped, `"`+f.tag+`-gz"`
	}
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that has gone needs no answer
	}
}
