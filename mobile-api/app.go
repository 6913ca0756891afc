package mobileapi

import (
	"net/http"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/mobile-api/app"
	"github.com/jawort/jawort/refusal"
)

// webApp serves the companion app for browsers, where enrolment links point. It is no part of the API.
type webApp struct{ app *app.App }

func (p webApp) mount(m *edge.Mux, _ guards) {
	m.HandlePage("GET /{$}", page(p.app.Page))
	m.HandlePage("GET "+linkPath, page(p.app.Page))
	m.HandlePage("GET /worker.js", page(p.app.Worker))
	m.HandlePage("GET /manifest.webmanifest", page(p.app.Manifest))
	m.HandlePage("GET /app/{version}/{file...}", p.file)
}

func page(serve http.HandlerFunc) edge.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		serve(w, r)
		return nil
	}
}

var errNoFile = refusal.New(refusal.NotFound, "not-found", "The app that runs here has no such file. Load the page again.")

func (p webApp) file(w http.ResponseWriter, r *http.Request) error {
	if !p.app.File(w, r, r.PathValue("version"), r.PathValue("file")) {
		return errNoFile
	}
	return nil
}
