package server

import (
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
)

func FuzzQuestion(f *testing.F) {
	const browser = `"browser":{"ip":"203.0.113.9","user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0","session":"8d1c0c6e","trust_token":"jb_a"}`
	bodytest.Fuzz(f, true, edge.Decode[question], []string{
		`{"account":"AB1234",` + browser + `}`,
		`{"account":"AB1234","kind":"transaction","details":[{"label":"Amount","value":"1.00 EUR","role":"amount"}],"remember":true,"expires_in":30,` + browser + `}`,
		`{"account":"AB1234","expires_in":600,"browser":{"ip":"2001:db8::1","user_agent":"","session":""}}`,
	}, []string{
		`{"account":"",` + browser + `}`, `{"account":"AB1234"}`, `{"account":"AB1234","kind":"wish",` + browser + `}`, `{"account":"AB1234","expires_in":29,` + browser + `}`,
		`{"account":"AB1234","expires_in":1e400,` + browser + `}`, `{"account":"AB1234","browser":{"ip":"fe80::1%eth0"}}`, `{"account":"AB\u202e1234",` + browser + `}`,
		`{"account":"AB1234","details":{},` + browser + `}`,
	})
}
