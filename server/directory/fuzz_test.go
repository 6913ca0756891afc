package directory

import (
	"errors"
	"net/url"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
	"github.com/jawort/jawort/refusal"
)

func FuzzEdit(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[account.Edit], []string{
		`{}`, `{"label":"Büro Süd","group":"broker","manager":"AB1","phone":"+49 151 23456789","email":"anna@example.com","language":"de","interval":1,"sms":true}`,
		`{"label":null,"group":null,"manager":null,"phone":null,"email":null,"language":null,"interval":null,"sms":null}`,
	}, []string{`{"label":""}`, `{"label":"a\u202eb"}`, `{"label":"a\u0000"}`, `{"language":"klingon"}`, `{"interval":1.5}`, `{"interval":"1"}`, `{"sms":"on"}`, `{"sms":{}}`})
}

func FuzzIntervalBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[intervalBody], []string{`{"days":1}`, `{"days":null}`}, []string{`{}`, `{"days":"1"}`, `{"days":1e30}`})
}

func FuzzManagedBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[managedBody], []string{`{"days":7,"group":"customers"}`, `{"days":null}`}, []string{`{}`, `{"days":7,"group":""}`, `{"days":7,"group":null}`, `{"group":"customers"}`})
}

func FuzzResetBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[resetBody], []string{`{"reason":"Phone lost; the caller knew the last three orders"}`}, []string{`{}`, `{"reason":""}`, `{"reason":"a\nb"}`})
}

func FuzzInviteBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[inviteBody],
		[]string{`{"filter":{"group":"customer"}}`, `{"accounts":["AB1234","AB1235"]}`, `{"filter":{"prefix":"AB","after":"AB1"}}`},
		[]string{`{}`, `{"accounts":[]}`, `{"accounts":["AB1234"],"filter":{}}`, `{"accounts":[""]}`, `{"filter":{"prefix":"a\u0001"}}`})
}

func FuzzAccountFilter(f *testing.F) {
	for _, seed := range []string{
		"", "prefix=AB&limit=10", "has=phone,email&lacks=passkey", "application=Portal&used=since:2026-10-01T00:00:00Z", "used=never", "interval=default", "interval=8", "limit=0", "limit=1001", "colour=red", "sms=maybe", "has=", "has=,", "q=%00", "q=%ff",
		"q=a&q=b", "used=since:0001-01-01T00:00:00Z&application=a", "format=csv", "%zz", "limit=+7",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		query, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		filter, err := accountFilter(query)
		var shown *refusal.Error
		if err != nil && (!errors.As(err, &shown) || shown.Class != refusal.Invalid || shown.Extra["field"] == nil) {
			t.Fatalf("%q is refused with %v", raw, err)
		}
		if err == nil && (filter.Limit < 1 || filter.Limit > maxPage || (filter.Used != nil) != (filter.Application != "")) {
			t.Errorf("%q picks %+v", raw, filter)
		}
	})
}
