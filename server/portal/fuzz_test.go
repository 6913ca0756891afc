package portal

import (
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
)

func FuzzOfferBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[offerBody],
		[]string{`{"account":"AB1234","return_url":"https://login.example/"}`, `{"account":"AB1234","return_url":"https://login.example/","locale":"de","page":"logins"}`},
		[]string{`{}`, `{"account":"AB1234"}`, `{"account":"AB1234","return_url":"https://login.example/","locale":"fr"}`, `{"account":"AB1234","return_url":"x","page":"elsewhere"}`})
}
