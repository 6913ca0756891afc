package docs_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// The two APIs.
const (
	loginFacing = "server"
	phoneFacing = "mobile-api"
)

// operation is one call that the file describes.
type operation struct {
	*openapi3.Operation
	face, method, path string // path as the API answers it
	route              *routers.Route
}

func (o operation) pattern() string { return o.method + " " + o.path }

func operationsOf(t *testing.T, doc *openapi3.T) []operation {
	t.Helper()
	var all []operation
	for path, item := range doc.Paths.Map() {
		face, base := loginFacing, ""
		if len(item.Servers) > 0 {
			u, err := url.Parse(item.Servers[0].URL)
			if err != nil {
				t.Fatal(err)
			}
			face, base = item.Servers[0].Description, u.Path
		}
		for method, op := range item.Operations() {
			all = append(all, operation{
				Operation: op, face: face, method: method, path: base + path,
				route: &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op},
			})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.OperationID, b.OperationID) })
	return all
}

func (o operation) security() openapi3.SecurityRequirements {
	if o.Security == nil {
		return nil
	}
	return *o.Security
}

func (o operation) asksFor(scheme string) bool {
	return slices.ContainsFunc(o.security(), func(r openapi3.SecurityRequirement) bool { _, ok := r[scheme]; return ok })
}

func (o operation) hasBody() bool { return o.RequestBody != nil }

// outcomes lists all that the file says the operation may answer: "201", "404 unknown-approval".
func (o operation) outcomes() []string {
	var all []string
	for status, response := range o.Responses.Map() {
		codes := codesOf(response.Value)
		if len(codes) == 0 {
			all = append(all, status)
		}
		for _, code := range codes {
			all = append(all, status+" "+code)
		}
	}
	slices.Sort(all)
	return all
}

const problemPrefix = "urn:jawort:problem:"

// codesOf lists the codes of a problem; none where the answer is no problem.
func codesOf(r *openapi3.Response) []string {
	var codes []string
	media := r.Content["application/problem+json"]
	if media == nil {
		return nil
	}
	for _, part := range media.Schema.Value.AllOf {
		if member := part.Value.Properties["type"]; member != nil {
			for _, v := range member.Value.Enum {
				codes = append(codes, strings.TrimPrefix(v.(string), problemPrefix))
			}
		}
	}
	return codes
}

// match finds operations as net/http finds handlers.
type match struct {
	faces map[string]*http.ServeMux
	known map[string]operation // by face and pattern
}

func newMatch(all []operation) match {
	m := match{faces: map[string]*http.ServeMux{}, known: map[string]operation{}}
	for _, o := range all {
		if m.faces[o.face] == nil {
			m.faces[o.face] = http.NewServeMux()
		}
		m.faces[o.face].Handle(o.pattern(), http.NotFoundHandler())
		m.known[o.face+" "+o.pattern()] = o
	}
	return m
}

func (m match) find(face string, r *http.Request) (o operation, params map[string]string, ok bool) {
	_, pattern := m.faces[face].Handler(r)
	o, ok = m.known[face+" "+pattern]
	if !ok {
		return o, nil, false
	}
	params = map[string]string{}
	given := strings.Split(r.URL.EscapedPath(), "/")
	for i, part := range strings.Split(o.path, "/") {
		if name, is := strings.CutPrefix(part, "{"); is {
			params[strings.TrimSuffix(name, "}")], _ = url.PathUnescape(given[i])
		}
	}
	return o, params, true
}
