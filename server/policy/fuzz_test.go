package policy

import (
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
)

func FuzzExplainBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[explainBody],
		[]string{`{"account":"AB1234"}`, `{"account":"AB1234","kind":"transaction","remember":true,"browser":{"ip":"203.0.113.9","user_agent":"","session":"s"}}`},
		[]string{`{}`, `{"account":"AB1234","kind":"wish"}`, `{"account":"AB1234","browser":{}}`})
}

func FuzzDryRunBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[dryRunBody], []string{
		`{"groups":{"customers":{"interval":{"min":0,"max":7,"default":1},"methods":["push"],"enforced_from":{"Portal":"2026-01-01"}}}}`,
		`{"applications":{"Portal":{"preset":"aal2","match":{"kind":"enter","digits":6},"max_interval":"12h","remember":"12h","totp_skew":1}}}`,
	}, []string{
		`{}`, `{"groups":{"customers":{"interval":{"min":8,"max":7,"default":1}}}}`, `{"groups":{"customers":{"enforced_from":{"Portal":"soon"}}}}`,
		`{"applications":{"Portal":{"max_interval":"12 parsecs"}}}`, `{"applications":{"Portal":{"match":{"kind":"enter","digits":7}}}}`,
	})
}
