package mobileapi_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheHostNamesItsApps(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for path, want := range map[string]string{
		"assetlinks.json": `[{"relation":["delegate_permission/common.handle_all_urls","delegate_permission/common.get_login_creds"],` +
			`"target":{"namespace":"android_app","package_name":"org.example.jawort","sha256_cert_fingerprints":["AA:BB"]}}]`,
		"apple-app-site-association": `{"applinks":{"details":[{"appIDs":["TEAM.org.example.jawort"],"components":[{"/":"/enrol"}]}]},` +
			`"webcredentials":{"apps":["TEAM.org.example.jawort"]}}`,
	} {
		got := do(t, must(http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/.well-known/"+path, nil))(t))
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/json" || strings.TrimSpace(string(got.raw)) != want {
			t.Errorf("%s: got %d %s", path, got.status, got.raw)
		}
	}
}
