package webhook_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/webhook"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("CET", 3600))

func payload(t *testing.T, e webhook.Event) string {
	t.Helper()
	body, err := e.Payload()
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestAPayloadSaysWhatHappenedToWhatAndWhen(t *testing.T) {
	t.Parallel()
	got := payload(t, webhook.Event{
		Type: "approval.approved", At: noon, Application: "app_1", Account: "acc_1", Subject: "apr_1",
		Facts: json.RawMessage(`{"kind":"login","method":"push","device":"dev_1"}`),
	})
	want := `{"type":"approval.approved","timestamp":"2026-03-01T11:00:00Z","data":{"account":"acc_1","application":"app_1","approval":"apr_1","device":"dev_1","kind":"login","method":"push"}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAPayloadKeepsAmountsAndListsAsTheyWere(t *testing.T) {
	t.Parallel()
	got := payload(t, webhook.Event{Type: "budget.warned", At: noon, Subject: "bud_1", Facts: json.RawMessage(`{"spent":80.10,"limit":"100.00","percent":80}`)})
	if !strings.Contains(got, `"data":{"budget":"bud_1","limit":"100.00","percent":80,"spent":80.10}`) {
		t.Errorf("got %s", got)
	}
	got = payload(t, webhook.Event{Type: "account.changed", At: noon, Account: "acc_1", Facts: json.RawMessage(`{"changed":["label","interval"]}`)})
	if !strings.Contains(got, `"data":{"account":"acc_1","changed":["label","interval"]}`) {
		t.Errorf("got %s", got)
	}
}

// Whoever writes an event down may put more into it than may leave the house.
func TestNothingPersonalGetsIntoAPayload(t *testing.T) {
	t.Parallel()
	for name, facts := range map[string]string{
		"a member that the type does not name": `{"number":"42","holder":"Ada","code":"123456"}`,
		"a name":                               `{"device":"Ada's phone"}`,
		"an e-mail address":                    `{"device":"ada@example.org"}`,
		"a phone number":                       `{"device":"+49 170 1234567"}`,
		"a phone number without spaces":        `{"device":"+491701234567"}`,
		"a letter that is none of an id":       `{"device":"Zoë"}`,
		"an object":                            `{"device":{"holder":"Ada"}}`,
		"a list with an object":                `{"device":[{"holder":"Ada"}]}`,
		"a list with a name":                   `{"device":["Ada Lovelace"]}`,
		"a list of numbers":                    `{"device":[491701234567]}`,
		"a long text":                          `{"device":"` + strings.Repeat("a", 65) + `"}`,
		"what is no object":                    `["device"]`,
		"what is no JSON":                      `{"device"`,
		"nothing":                              ``,
	} {
		got := payload(t, webhook.Event{Type: "approval.denied", At: noon, Subject: "apr_1", Facts: json.RawMessage(facts)})
		if !strings.HasSuffix(got, `"data":{"approval":"apr_1"}}`) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestNoPayloadIsLongerThanReceiversMustTake(t *testing.T) {
	t.Parallel()
	long := make([]string, 32)
	for i := range long {
		long[i] = fmt.Sprintf("%064d", i)
	}
	for _, typ := range webhook.Types {
		facts := map[string]any{}
		for _, name := range typ.Facts {
			facts[name] = long
		}
		raw, err := json.Marshal(facts)
		if err != nil {
			t.Fatal(err)
		}
		got := payload(t, webhook.Event{Type: typ.Name, At: noon, Application: "app_1", Account: "acc_1", Subject: "sub_1", Facts: raw})
		if len(got) > webhook.MaxPayload || (len(typ.Facts) > 0 && len(got) < 2000) {
			t.Errorf("%s: %d bytes", typ.Name, len(got))
		}
	}
	if _, err := (webhook.Event{Type: "approval.invented"}).Payload(); err == nil {
		t.Error("an unknown type has a payload")
	}
}
