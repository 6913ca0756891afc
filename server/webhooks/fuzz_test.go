package webhooks

import (
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
)

func FuzzCreateBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[createBody],
		[]string{`{"url":"https://portal.example/jawort","events":["approval.reported"],"description":"Fraud desk"}`, `{}`}, []string{`{"url":7}`, `{"events":"all"}`, `{"URL":""}`})
}

func FuzzChangeBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[changeBody],
		[]string{`{}`, `{"enabled":true}`, `{"url":"https://portal.example/jawort","events":[],"description":""}`}, []string{`{"events":null}`, `{"enabled":"yes"}`, `{"events":[7]}`})
}
