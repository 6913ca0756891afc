package twilio_test

import (
	"testing"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor/twilio"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
)

func FuzzCallbacksAreReadWhereTheyAreSigned(f *testing.F) {
	reader := twilio.NewCallbacks(twiliotest.AuthToken, callbackURL)
	body, signature := twiliotest.Callback(callbackURL, "SM1", "delivered", "")
	if _, ended, err := reader.Read(body, signature); err != nil || !ended {
		f.Fatalf("the seed is refused: %v", err)
	}
	f.Add(body, signature)
	for _, seed := range [][2]string{
		{"", ""}, {string(body), ""}, {string(body), signature + "="}, {string(body) + "&a=b", signature}, {"MessageSid=SM1&MessageSid=SM2", signature}, {"%zz", signature}, {"MessageStatus=delivered;MessageSid=SM1", "AAAA"}, {"{}", signature}, {"\xff", "\xff"},
	} {
		f.Add([]byte(seed[0]), seed[1])
	}
	f.Fuzz(func(t *testing.T, text []byte, by string) {
		r, ended, err := reader.Read(text, by)
		if err != nil && (ended || r != (courier.Receipt{})) {
			t.Errorf("%q is refused, but read as %+v", text, r)
		}
		if err == nil && ended && r.Reference != "SM1" {
			t.Errorf("%q by %q is believed: %+v", text, by, r)
		}
	})
}
