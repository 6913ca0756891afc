package demo

import (
	"mime"
	"net/http"
	"time"
)

const (
	mostForm = 16 << 10 // bytes; a new passkey has up to 5 KB
	formTime = 5 * time.Second
)

// formed reads a form before its handler looks at it, and refuses what ParseForm would leave unread.
func formed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if sent, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || sent != "application/x-www-form-urlencoded" {
			http.Error(w, string(languageOf(r).Say("form")), http.StatusUnsupportedMediaType)
			return
		}
		if err := r.ParseForm(); err != nil {
			http.Error(w, string(languageOf(r).Say("form")), http.StatusBadRequest)
			return
		}
		next(w, r)
	}
}

// formedFor is formed for who was let in.
func formedFor(next forLogin) forLogin {
	return func(w http.ResponseWriter, r *http.Request, account string) {
		formed(func(w http.ResponseWriter, r *http.Request) { next(w, r, account) })(w, r)
	}
}
