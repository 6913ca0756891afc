package codes

import (
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
)

func FuzzSendBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[sendBody], []string{`{"method":"sms"}`, `{"method":"email"}`}, []string{`{}`, `{"method":"totp"}`, `{"method":["sms"]}`})
}

func FuzzCodeBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[codeBody],
		[]string{`{"method":"totp","code":"042917"}`, `{"method":"recovery","code":"ABCD-EFGH"}`, `{"method":"sms","code":""}`},
		[]string{`{}`, `{"method":"push","code":"042917"}`, `{"method":"totp","code":42917}`})
}
