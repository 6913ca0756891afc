package edge

import (
	"net/http"
	"strings"
)

// refuse answers with err: people at a browser are shown a page, whether it was refused there or on the way; everybody else gets a problem document.
func (m *Mux) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if m.options.Page == nil || gone(r, err) || !wantsPage(r) || m.isCall(r) {
		Problem(w, r, err)
		return
	}
	if rec, ok := w.(*recorder); ok && rec.began() {
		Problem(w, r, err)
		return
	}
	if failed := m.options.Page(w, r, err); failed != nil {
		Problem(w, r, failed)
	}
}

// wantsPage reports whether somebody looks at the answer: only browsers that open an address ask for HTML.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// isCall reports whether the request is one of the API, whose errors are problem documents for everybody.
func (m *Mux) isCall(r *http.Request) bool {
	h, _ := m.routes.Handler(r)
	rt, ours := h.(route)
	return ours && !rt.page
}
