package docs_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/jawort/jawort/docs"
	mobileapi "github.com/jawort/jawort/mobile-api"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/store/live"
)

// routes lists what the code answers, by face. Nothing is asked of the parts, so none are needed but the wake-ups.
func routes(t *testing.T) map[string][]string {
	t.Helper()
	store, err := live.Open(t.Context(), live.Config{URL: live.Embedded}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	wakeups, err := store.Wakeups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	services, err := server.New(server.Options{Wakeups: wakeups, PublicURL: "https://jawort.example"})
	if err != nil {
		t.Fatal(err)
	}
	phones, err := mobileapi.New(mobileapi.Options{PublicURL: "https://phone.example"})
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]string{loginFacing: services.Routes(), phoneFacing: phones.Routes()}
}

// differences names what only the file or only the code has.
func differences(t *testing.T, doc *openapi3.T, answered map[string][]string) []string {
	t.Helper()
	described := map[string][]string{}
	for _, o := range operationsOf(t, doc) {
		described[o.face] = append(described[o.face], o.pattern())
	}
	var all []string
	for _, face := range []string{loginFacing, phoneFacing} {
		all = append(all, missing("only in the code: ", answered[face], described[face])...)
		all = append(all, missing("only in the file: ", described[face], answered[face])...)
	}
	return all
}

func missing(prefix string, from, in []string) []string {
	var all []string
	for _, one := range from {
		if !slices.Contains(in, one) {
			all = append(all, prefix+one)
		}
	}
	return all
}

func TestTheFileHasTheCallsOfTheCodeAndNoOthers(t *testing.T) {
	t.Parallel()
	answered := routes(t)
	for _, d := range differences(t, load(t, docs.OpenAPI), answered) {
		t.Error(d)
	}
	doc := load(t, docs.OpenAPI)
	doc.Paths.Delete("/v1/approvals/{id}/resend")
	doc.Paths.Set("/v1/approvals/{id}/nothing", &openapi3.PathItem{Post: &openapi3.Operation{}})
	want := []string{"only in the code: POST /v1/approvals/{id}/resend", "only in the file: POST /v1/approvals/{id}/nothing"}
	if got := differences(t, doc, answered); !slices.Equal(got, want) {
		t.Errorf("of a file with faults: got %q, want %q", got, want)
	}
}

func TestEachCallNamesWhoMayCallItAndItsServer(t *testing.T) {
	t.Parallel()
	for _, o := range operationsOf(t, load(t, docs.OpenAPI)) {
		phones := o.face == phoneFacing
		switch {
		case o.Security == nil:
			t.Errorf("%s: no security; say [] where anybody may call", o.OperationID)
		case phones != slices.Contains(o.Tags, "phone"):
			t.Errorf("%s: tags %q on %s", o.OperationID, o.Tags, o.face)
		case phones && (o.asksFor("apiKey") || o.asksFor("ticket")), !phones && o.asksFor("proof"):
			t.Errorf("%s: credentials of the other API", o.OperationID)
		case o.asksFor("ticket") && !slices.Contains(o.Tags, "browser"):
			t.Errorf("%s: takes tickets, but is not for browsers", o.OperationID)
		}
	}
}

// The login-facing API refuses members that it does not know, and the phone API ignores them; a carrier says in its own form what it
// likes. What is answered is closed, so that a member that the file does not know shows.
func TestLoginFacingRequestsAndAllAnswersAreClosed(t *testing.T) {
	t.Parallel()
	for _, o := range operationsOf(t, load(t, docs.OpenAPI)) {
		if o.hasBody() && !slices.Contains(o.Tags, "carrier") {
			body := o.RequestBody.Value.Content["application/json"].Schema.Value
			walk(o.OperationID, body, func(at string, s *openapi3.Schema) {
				opaque := strings.HasSuffix(at, ".credential") // as the browser made it
				if closed(s) != (o.face == loginFacing && !opaque) {
					t.Errorf("request %s: closed is %t on %s", at, closed(s), o.face)
				}
			})
		}
		for status, response := range o.Responses.Map() {
			for _, media := range response.Value.Content {
				walk(o.OperationID+" "+status, media.Schema.Value, func(at string, s *openapi3.Schema) {
					if !closed(s) && !strings.HasSuffix(at, "excludeCredentials[]") {
						t.Errorf("answer %s takes any member", at)
					}
				})
			}
		}
		if o.method == http.MethodGet && o.hasBody() {
			t.Errorf("%s: a GET with a body", o.OperationID)
		}
	}
}

func closed(s *openapi3.Schema) bool {
	return s.AdditionalProperties.Schema != nil || (s.AdditionalProperties.Has != nil && !*s.AdditionalProperties.Has)
}

// walk visits all objects of a schema.
func walk(at string, s *openapi3.Schema, visit func(at string, s *openapi3.Schema)) {
	if s.Type.Is("object") {
		visit(at, s)
	}
	for name, p := range s.Properties {
		walk(at+"."+name, p.Value, visit)
	}
	if s.Items != nil {
		walk(at+"[]", s.Items.Value, visit)
	}
	for _, part := range slices.Concat(s.OneOf, s.AllOf, s.AnyOf) {
		walk(at, part.Value, visit)
	}
}
