package methods

import (
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
)

func FuzzDestination(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[destination],
		[]string{`{}`, `{"phone":"+49 151 23456789"}`, `{"email":"anna@example.com"}`}, []string{`{"phone":4915123456789}`, `{"email":["a@b"]}`, `{"Phone":""}`})
}

func FuzzCodeBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[codeBody], []string{`{"code":"042917"}`, `{}`}, []string{`{"code":42917}`, `{"code":"1","code":"2"}`})
}

func FuzzStartBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[startBody],
		[]string{`{"method":"sms","phone":"+49 151 23456789"}`, `{"method":"totp"}`, `{"method":"email","email":"anna@example.com"}`},
		[]string{`{}`, `{"method":"push"}`, `{"method":"bypass"}`, `{"method":7}`})
}

func FuzzPasskeyBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[passkeyBody],
		[]string{`{"credential":{"id":"AA"},"user_agent":"Mozilla/5.0"}`, `{"credential":{}}`}, []string{`{}`, `{"user_agent":"Mozilla/5.0"}`, `{"credential":{},"user_agent":7}`})
}

func FuzzPagePasskey(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[pagePasskey], []string{`{"credential":{"id":"AA"}}`}, []string{`{}`, `{"credential":{},"user_agent":"Mozilla/5.0"}`})
}

func FuzzBypassBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[bypassBody],
		[]string{`{"reason":"phone stolen, passport seen","expires_in":3600}`, `{"reason":"x","expires_in":60,"uses":2}`},
		[]string{`{}`, `{"reason":"","expires_in":3600}`, `{"reason":"x","expires_in":9223372036854775807}`, `{"reason":"x","expires_in":3600,"uses":-1}`, `{"reason":"\u202e","expires_in":3600}`})
}
