package docs_test

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/audit"
)

// playAudit reads what the play has left in the log so far, and takes it away.
func (h *house) playAudit() {
	h.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	path := h.url + "/v1/audit?kind=approval.approved&account=AB1234&order=oldest&limit=1&since=2020-01-01T00:00:00Z"
	for !strings.Contains(h.say("200", "GET", path, "", bearer(h.key)), `"sequence"`) {
		<-again.C
	}
	h.say("422 invalid-request", "GET", h.url+"/v1/audit?account=nobody", "", bearer(h.key))
	var published jose.JSONWebKeySet
	h.must(json.Unmarshal([]byte(h.say("200", "GET", h.url+"/.well-known/jwks.json", "")), &published))
	export := h.say("200", "GET", h.url+"/v1/audit/export", "", bearer(h.key))
	report, err := audit.Verify(strings.NewReader(export), published)
	h.must(err)
	if report.Entries == 0 {
		h.Errorf("the export says %+v", report)
	}
}
