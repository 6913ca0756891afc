package twiliotest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
)

// Callback returns the body of a status callback, with its signature for the URL that it goes to.
func Callback(to, sid, status, errorCode string) (body []byte, signature string) {
	form := url.Values{
		"MessageSid": {sid}, "SmsSid": {sid}, "MessageStatus": {status}, "SmsStatus": {status}, "AccountSid": {AccountSID},
		"To": {"+4915112345678"}, "From": {From}, "ApiVersion": {"2010-04-01"}, "RawDlrDoneDate": {"2611251200"},
	}
	if errorCode != "" {
		form.Set("ErrorCode", errorCode)
	}
	return []byte(form.Encode()), Sign(AuthToken, to, form)
}

// Sign signs a callback: the URL, then the parameters by name, each with its value behind it, under HMAC-SHA1
// (https://www.twilio.com/docs/usage/security).
func Sign(token, to string, form url.Values) string {
	signed := to
	for _, name := range slices.Sorted(maps.Keys(form)) {
		signed += name + form.Get(name)
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(signed))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
