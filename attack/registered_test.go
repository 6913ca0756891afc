package attack_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// unregistered names what the file has and the registry does not, and the other way round.
func unregistered(all []operation) []string {
	var missing []string
	left := maps.Clone(tries)
	for _, o := range all {
		ways, there := tries[o.OperationID]
		delete(left, o.OperationID)
		if !there {
			missing = append(missing, o.OperationID+": no foreign id is registered")
			continue
		}
		held := map[string]bool{}
		for _, way := range ways {
			for i, name := range o.ids() {
				held[name] = held[name] || i < len(way.ids)
			}
			for _, part := range way.query {
				name, _, _ := strings.Cut(part, "=")
				held["?"+name] = true
			}
			for place := range filled(way.body) {
				held[place] = true
			}
		}
		for _, place := range o.inputs() {
			if !held[place] && !plain[place] && !plain[o.OperationID+" "+place] {
				missing = append(missing, o.OperationID+": no foreign id for "+place)
			}
		}
	}
	for name := range left {
		missing = append(missing, name+": not in the file")
	}
	slices.Sort(missing)
	return missing
}

// ids are the places of the path that hold ids.
func (o operation) ids() []string {
	var all []string
	for _, part := range strings.Split(o.path, "/") {
		if name, is := braced(part); is && name != "method" {
			all = append(all, name)
		}
	}
	return all
}

func TestEveryPlaceOfEveryCallThatHoldsAnIDIsRegistered(t *testing.T) {
	t.Parallel()
	known := operations(t)
	for _, m := range unregistered(known) {
		t.Error(m)
	}
	place := &openapi3.ParameterRef{Value: openapi3.NewQueryParameter("approval")}
	added := []operation{
		{Operation: &openapi3.Operation{OperationID: "newCall"}},
		{Operation: &openapi3.Operation{OperationID: "getApproval", Parameters: openapi3.Parameters{place}}},
	}
	want := []string{"getApproval: no foreign id for ?approval", "newCall: no foreign id is registered"}
	if got := unregistered(append(added, known...)); !slices.Equal(got, want) {
		t.Errorf("of a file with calls and places that nobody registered: %q, want %q", got, want)
	}
}
