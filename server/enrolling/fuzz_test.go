package enrolling

import (
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
)

func FuzzStartBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[startBody], []string{
		`{"account":"AB1234"}`, `{"account":"AB1234","authorize":"operator","reason":"The person came in."}`,
		`{"account":"AB1234","authorize":"device","browser":{"ip":"203.0.113.9","user_agent":"Mozilla/5.0","session":"8d1c0c6e"}}`,
	}, []string{`{}`, `{"account":"AB1234","authorize":"nobody"}`, `{"account":"AB1234","authorize":"operator"}`, `{"account":"AB1234","browser":{"ip":"x"}}`, `{"account":"\u0000"}`})
}

func FuzzConfirmBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[confirmBody], []string{`{"code":"042917"}`}, []string{`{}`, `{"code":"04291"}`, `{"code":"٠٤٢٩١٧"}`, `{"code":42917}`})
}

func FuzzRecoveryBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[recoveryBody], []string{`{"account":"AB1234","reason":"phone stolen"}`}, []string{`{}`, `{"account":"AB1234","reason":""}`, `{"account":"","reason":"x"}`})
}
