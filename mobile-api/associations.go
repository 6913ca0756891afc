package mobileapi

import (
	"net/http"

	"github.com/jawort/jawort/edge"
)

// AndroidApp is a companion app that opens our links and uses our credentials.
type AndroidApp struct {
	Package      string
	Fingerprints []string // SHA-256 of the signing certificates, as AA:BB:…
}

// Associations name the native apps that belong to this host.
type Associations struct {
	Android []AndroidApp
	Apple   []string // app ids: team id, dot, bundle id
}

func (a Associations) mount(m *edge.Mux, _ guards) {
	m.Handle("GET /.well-known/assetlinks.json", edge.Public, a.assetLinks)
	m.Handle("GET /.well-known/apple-app-site-association", edge.Public, a.appleApps)
}

// linkPath is where enrolment links point.
const linkPath = "/enrol"

type assetLink struct {
	Relation []string    `json:"relation"`
	Target   assetTarget `json:"target"`
}

type assetTarget struct {
	Namespace    string   `json:"namespace"`
	Package      string   `json:"package_name"`
	Fingerprints []string `json:"sha256_cert_fingerprints"`
}

func (a Associations) assetLinks(w http.ResponseWriter, _ *http.Request) error {
	links := []assetLink{}
	for _, app := range a.Android {
		links = append(links, assetLink{
			Relation: []string{"delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds"},
			Target:   assetTarget{Namespace: "android_app", Package: app.Package, Fingerprints: app.Fingerprints},
		})
	}
	return edge.JSON(w, http.StatusOK, links)
}

type appleAssociation struct {
	AppLinks       appLinks       `json:"applinks"`
	WebCredentials webCredentials `json:"webcredentials"`
}

type appLinks struct {
	Details []appLink `json:"details"`
}

type appLink struct {
	AppIDs     []string            `json:"appIDs"`
	Components []map[string]string `json:"components"`
}

type webCredentials struct {
	Apps []string `json:"apps"`
}

func (a Associations) appleApps(w http.ResponseWriter, _ *http.Request) error {
	answer := appleAssociation{AppLinks: appLinks{Details: []appLink{}}, WebCredentials: webCredentials{Apps: []string{}}}
	if len(a.Apple) > 0 {
		answer.AppLinks.Details = []appLink{{AppIDs: a.Apple, Components: []map[string]string{{"/": linkPath}}}}
		answer.WebCredentials.Apps = a.Apple
	}
	return edge.JSON(w, http.StatusOK, answer)
}
