package attack_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/jawort/jawort/docs"
)

// operation is one call of one of the two APIs, as the file describes it.
type operation struct {
	*openapi3.Operation
	method, path string
	onPhone      bool
}

func operations(t testing.TB) []operation {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(docs.OpenAPI))
	if err != nil {
		t.Fatal(err)
	}
	var all []operation
	for path, item := range doc.Paths.Map() {
		base := ""
		if len(item.Servers) > 0 {
			u, err := url.Parse(item.Servers[0].URL)
			if err != nil {
				t.Fatal(err)
			}
			base = u.Path
		}
		for method, o := range item.Operations() {
			all = append(all, operation{o, method, base + path, slices.Contains(o.Tags, "phone")})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.OperationID, b.OperationID) })
	return all
}

func (o operation) takes(scheme string) bool {
	return o.Security != nil && slices.ContainsFunc(*o.Security, func(r openapi3.SecurityRequirement) bool { _, ok := r[scheme]; return ok })
}

// inputs are all places of a request into which its caller writes: "id", "?account", "browser.session", "accounts[]".
func (o operation) inputs() []string {
	var all []string
	for _, p := range o.Parameters {
		switch p.Value.In {
		case openapi3.ParameterInPath:
			all = append(all, p.Value.Name)
		case openapi3.ParameterInQuery:
			all = append(all, "?"+p.Value.Name)
		}
	}
	if o.RequestBody != nil {
		for _, media := range o.RequestBody.Value.Content {
			all = append(all, leaves("", media.Schema.Value)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// leaves are the places of a body: those of objects within it, and the keys of maps.
func leaves(at string, s *openapi3.Schema) []string {
	var all []string
	for _, part := range slices.Concat(s.OneOf, s.AllOf, s.AnyOf) {
		all = append(all, leaves(at, part.Value)...)
	}
	for name, p := range s.Properties {
		all = append(all, leaves(strings.TrimPrefix(at+"."+name, "."), p.Value)...)
	}
	if s.Items != nil {
		all = append(all, leaves(at+"[]", s.Items.Value)...)
	}
	if more := s.AdditionalProperties.Schema; more != nil {
		all = append(all, at+"{}")
		all = append(all, leaves(at+"{}", more.Value)...)
	}
	if len(all) == 0 && at != "" {
		return []string{at}
	}
	return all
}

// filled are the places of a body's text that hold a name in braces, with the name.
func filled(body string) map[string]string {
	places := map[string]string{}
	var read any
	if json.Unmarshal([]byte(body), &read) == nil {
		fillIn("", read, places)
	}
	return places
}

func fillIn(at string, v any, places map[string]string) {
	switch v := v.(type) {
	case string:
		if name, is := braced(v); is {
			places[at] = name
		}
	case []any:
		for _, one := range v {
			fillIn(at+"[]", one, places)
		}
	case map[string]any:
		for key, one := range v {
			if name, is := braced(key); is {
				places[at+"{}"] = name
				fillIn(at+"{}", one, places)
				continue
			}
			fillIn(strings.TrimPrefix(at+"."+key, "."), one, places)
		}
	}
}

func braced(s string) (string, bool) {
	inner, is := strings.CutPrefix(s, "{")
	return strings.TrimSuffix(inner, "}"), is && strings.HasSuffix(inner, "}")
}
