package faults

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestAFaultThatDoesNotComeToItsEndIsAFinding(t *testing.T) {
	t.Parallel()
	r := Try(t.Context(), Fault{Name: "flood", Done: "it rains"}, Options{Dir: filepath.Join(t.TempDir(), "washed", "away")})
	if r.Holds() || r.Name != "flood" || !strings.Contains(r.Broken[0], "it did not come to its end: ") || Judge([]Result{r}) == nil {
		t.Errorf("%+v", r)
	}
}
