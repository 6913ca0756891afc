package passkeys

import (
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
)

func FuzzAnswer(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[answer], []string{`{"credential":{"id":"AA","response":{}}}`}, []string{`{}`, `{"credential":`, `{"id":"AA"}`})
}
