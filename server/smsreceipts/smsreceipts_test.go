package smsreceipts_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor/twilio"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/smsreceipts"
)

const public = "https://jawort.example" + twilio.CallbackPath

// keeper keeps receipts in memory.
type keeper struct {
	kept []courier.Receipt
	err  error
}

func (k *keeper) Receive(_ context.Context, r courier.Receipt) error {
	if k.err == nil {
		k.kept = append(k.kept, r)
	}
	return k.err
}

// call posts a callback and returns the status and the log.
func call(t *testing.T, f smsreceipts.Twilio, body []byte, signature string) (int, string) {
	t.Helper()
	var log strings.Builder
	m := edge.NewMux(edge.Options{Service: "server", Log: slog.New(slog.NewJSONHandler(&log, nil)), Random: rand.Reader, Now: time.Now})
	f.Mount(m)
	// A proxy stands in front: the host and path are not those that were signed.
	r := httptest.NewRequest("POST", "http://10.0.0.1:8080"+twilio.CallbackPath, strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(twilio.SignatureHeader, signature)
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w.Code, log.String()
}

func TestASignedCallbackIsKept(t *testing.T) {
	t.Parallel()
	k := &keeper{}
	f := smsreceipts.Twilio{Callbacks: twilio.NewCallbacks(twiliotest.AuthToken, public), Keeper: k}
	for _, status := range []string{"sent", "delivered"} {
		body, signature := twiliotest.Callback(public, "SM1", status, "")
		if got, _ := call(t, f, body, signature); got != http.StatusNoContent {
			t.Errorf("%s: got %d", status, got)
		}
	}
	want := []courier.Receipt{{Provider: twilio.Name, Reference: "SM1", State: courier.Delivered, Reason: "delivered"}}
	if !slices.Equal(k.kept, want) {
		t.Errorf("kept %+v, want %+v", k.kept, want)
	}
}

func TestAForgedCallbackIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	k := &keeper{}
	f := smsreceipts.Twilio{Callbacks: twilio.NewCallbacks(twiliotest.AuthToken, public), Keeper: k}
	body, signature := twiliotest.Callback(public, "SM1", "delivered", "")
	_, elsewhere := twiliotest.Callback("https://evil.example"+twilio.CallbackPath, "SM1", "delivered", "")
	for name, forged := range map[string]struct {
		body      []byte
		signature string
	}{
		"unsigned":             {body, ""},
		"changed":              {[]byte(strings.Replace(string(body), "SM1", "SM2", 2)), signature},
		"signed for elsewhere": {body, elsewhere},
		"too long":             {append(body, strings.Repeat("x", 70_000)...), signature},
		"empty":                {nil, signature},
	} {
		if got, log := call(t, f, forged.body, forged.signature); got != http.StatusForbidden || strings.Contains(log, "4915") {
			t.Errorf("%s: got %d; log %s", name, got, log)
		}
	}
	if got, _ := call(t, smsreceipts.Twilio{Keeper: k}, body, signature); got != http.StatusForbidden {
		t.Errorf("where no SMS are sent through Twilio: got %d", got)
	}
	if len(k.kept) != 0 {
		t.Errorf("kept %+v", k.kept)
	}
}

func TestACallbackThatCannotBeKeptIsAskedForAgain(t *testing.T) {
	t.Parallel()
	k := &keeper{err: refusal.ErrUnavailable.Because(errors.New("down"))}
	body, signature := twiliotest.Callback(public, "SM1", "delivered", "")
	f := smsreceipts.Twilio{Callbacks: twilio.NewCallbacks(twiliotest.AuthToken, public), Keeper: k}
	if got, _ := call(t, f, body, signature); got != http.StatusServiceUnavailable {
		t.Errorf("got %d", got)
	}
}
