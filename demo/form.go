package demo

import (
	"net/http"
	"time"
)

const (
	mostForm = 4096 // bytes
	formTime = 5 * time.Second
)

// formed reads a form in little room and time before its handler looks at it: strangers send forms too.
func formed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		reading := http.NewResponseController(w)
		_ = reading.SetReadDeadline(time.Now().Add(formTime)) // of real connections, which have one
		r.Body = http.MaxBytesReader(w, r.Body, mostForm)
		if err := r.ParseForm(); err != nil { // the deadline stays, or the rest of the form would be waited for
			http.Error(w, string(languageOf(r).Say("form")), http.StatusBadRequest)
			return
		}
		_ = reading.SetReadDeadline(time.Time{})
		next(w, r)
	}
}
