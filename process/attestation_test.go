package process_test

import (
	"strings"
	"testing"

	"github.com/jawort/jawort/process"
)

func TestAMakersListThatCannotBeBelievedStopsTheStartAndNamesItsKey(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"no file": "/nowhere", "no list": secret(t, "text")} {
		o := options(t, "")
		o.Config.MobileAPI.Requirements.Attestation, o.Config.MobileAPI.Requirements.MetadataFile = "any", file
		p, err := process.Open(t.Context(), o)
		if err == nil {
			p.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "mobile_api.requirements.metadata_file: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
