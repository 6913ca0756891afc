package mobileapi_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/keys"
	mobileapi "github.com/jawort/jawort/mobile-api"
)

func TestTheAPIAnswersWhatTheDesignLists(t *testing.T) {
	t.Parallel()
	want := []string{
		"POST /v1/enrolments/claim", "POST /v1/enrolments/code", "GET /v1/recoveries", "DELETE /v1/recoveries/{id}", "GET /v1/notices", "DELETE /v1/notices/{id}", "POST /v1/enrolments/complete", "GET /v1/approvals", "GET /v1/approvals/{id}",
		"POST /v1/approvals/{id}/decision", "PUT /v1/installation/push", "POST /v1/installation/push/test", "POST /v1/installation/token", "PATCH /v1/installation", "GET /v1/devices",
		"PATCH /v1/devices/{id}", "DELETE /v1/devices/{id}", "GET /.well-known/assetlinks.json",
		"GET /.well-known/apple-app-site-association",
	}
	if got := newBench(t).api.Routes(); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Errorf("got %v", got)
	}
}

func TestAWrongConfigurationStopsTheStart(t *testing.T) {
	t.Parallel()
	set := must(keys.Generate())(t)
	for name, o := range map[string]mobileapi.Options{
		"no public URL":            {},
		"a relative public URL":    {PublicURL: "phone.example"},
		"an unreadable public URL": {PublicURL: "https://%zz"},
		"a minimum that is none":   {PublicURL: "https://phone.example", Requirements: account.Requirements{MinOS: map[string]string{"ios": "new"}}},
	} {
		o.Keys, o.Now = set, time.Now
		if _, err := mobileapi.New(o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
