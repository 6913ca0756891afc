package mobileapi

import (
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
	"github.com/jawort/jawort/keys"
)

const posture = `{"platform":"android","os_version":"16","model":"Pixel","language":"de","screen_lock":true,"notifications":true}`

func FuzzClaimRequest(f *testing.F) {
	bodytest.Fuzz(f, false, edge.DecodeLenient[claimRequest], []string{`{"code":"hR5z0Qm1vW8xY2cT4kLb9A"}`, `{}`}, []string{`{"code":7}`, `{"code":"a","CODE":"b"}`})
}

func FuzzResendRequest(f *testing.F) {
	bodytest.Fuzz(f, false, edge.DecodeLenient[resendRequest], []string{`{"enrolment":"enr_aaaaaaaaaaaaaaaaaaaaaaaaaa"}`}, []string{`{"enrolment":{}}`})
}

func FuzzCompleteRequest(f *testing.F) {
	const start = `{"enrolment":"enr_aaaaaaaaaaaaaaaaaaaaaaaaaa","credential":{"id":"AA"},"installation":`
	bodytest.Fuzz(f, false, edge.DecodeLenient[completeRequest], []string{
		start + posture + `,"holder":"Anna","label":"Anna's phone","code":"042917","push":{"provider":"fcm","app":"project","token":"dQw4w9WgXcQ:APA91b"}}`,
		start + posture + `,"holder":"Anna","label":"Anna's phone","push":null}`,
	}, []string{
		`{}`, start + posture + `,"holder":"","label":"phone"}`, start + posture + `,"holder":"An\u200bna","label":"phone"}`, start + `{},"holder":"Anna","label":"phone"}`,
		start + `{"platform":"android","os_version":"16.-1"},"holder":"Anna","label":"phone"}`, start + posture + `,"holder":"Anna","label":"phone","push":{}}`,
	})
}

func FuzzDecisionRequest(f *testing.F) {
	bodytest.Fuzz(f, false, edge.DecodeLenient[decisionRequest],
		[]string{`{"decision":"approve","number":"42","credential":{"id":"AA"}}`, `{"decision":"deny","credential":{}}`, `{"decision":"report"}`},
		[]string{`{}`, `{"decision":"maybe"}`, `{"decision":"approve","number":"1234567"}`, `{"decision":"approve","number":"٤٢"}`, `{"decision":"approve","number":42}`})
}

func FuzzPushAddressBody(f *testing.F) {
	bodytest.Fuzz(f, false, edge.DecodeLenient[account.PushAddress], []string{
		`{"provider":"fcm","app":"my-firebase-project","token":"dQw4w9WgXcQ:APA91b"}`,
		`{"provider":"apns","app":"com.example.companion","environment":"production","token":"00fc13adff785122"}`, `{"provider":"huawei","app":"7","token":"IQAAAA"}`,
		`{"provider":"webpush","subscription":{"endpoint":"https://push.example/a","keys":{"p256dh":"BA","auth":"AA"}},"server_key":"BA"}`,
	}, []string{
		`{}`, `{"provider":"pigeon","token":"a"}`, `{"provider":"apns","app":"a","environment":"production","token":"../../x"}`, `{"provider":"fcm","app":"a","token":"a b"}`,
		`{"provider":"webpush","subscription":{"endpoint":"file:///etc/passwd","keys":{"p256dh":"BA","auth":"AA"}}}`, `{"provider":"webpush","subscription":null}`,
	})
}

func FuzzPosturePatch(f *testing.F) {
	bodytest.Fuzz(f, false, edge.DecodeLenient[posturePatch],
		[]string{`{}`, `{"os_version":"17.1","notifications":false}`, posture, `{"model":null}`}, []string{`{"screen_lock":1}`, `{"model":7}`})
}

func FuzzRenameRequest(f *testing.F) {
	bodytest.Fuzz(f, false, edge.DecodeLenient[renameRequest],
		[]string{`{"label":"Anna's new phone"}`, `{"label":"a","holder":"b"}`, `{}`}, []string{`{"label":""}`, `{"holder":"a\u202eb"}`, `{"label":7}`})
}

func FuzzInstallationToken(f *testing.F) {
	set, err := keys.Generate()
	if err != nil {
		f.Fatal(err)
	}
	const installation = "ins_aaaaaaaaaaaaaaaaaaaaaaaaaa"
	good, err := tokens{set}.of(installation)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, "", "jwi_", "jwi_.", good[:len(good)-1], good + "A", good + "=", good + "\n", "jwi_bbbbbbbbbbbbbbbbbbbbbbbbbb" + good[30:], "jw_" + good[4:], good + "." + good} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		token = strings.NewReplacer("\r", "", "\n", "").Replace(token) // no header holds them
		got, err := tokens{set}.open(token)
		if token == good && err != nil || err == nil && (got != installation || token != good) {
			t.Errorf("%q names %q (%v)", token, got, err)
		}
	})
}
