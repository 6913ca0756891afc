package docs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jawort/jawort/factor/twilio"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
)

// playReceipts tells what became of an SMS.
func (h *house) playReceipts() {
	h.Helper()
	for _, status := range []string{"sent", "delivered", "delivered"} {
		h.callBack("204", status)
	}
	h.say("403 signature-invalid", "POST", h.url+twilio.CallbackPath, "MessageSid=SM1&MessageStatus=delivered",
		header("Content-Type", "application/x-www-form-urlencoded"), header(twilio.SignatureHeader, "forged"))
}

// callBack says what Twilio says, and wants the outcome.
func (h *house) callBack(want, status string) {
	h.Helper()
	url := h.url + twilio.CallbackPath
	body, signature := twiliotest.Callback(url, "SM00000000000000000000000000000001", status, "")
	h.say(want, "POST", url, string(body), header("Content-Type", "application/x-www-form-urlencoded"), header(twilio.SignatureHeader, signature))
}

// secret writes a file that holds a secret.
func secret(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
