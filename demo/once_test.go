package demo

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/pushgw/pushtest"
)

// played plays the login after the fakes were changed, and returns what was printed.
func played(t *testing.T, most time.Duration, change func(*fakes)) (string, error) {
	t.Helper()
	any0 := "127.0.0.1:0"
	h, err := build(t.Context(), Options{Once: true, Addresses: Addresses{any0, any0, any0, any0}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	change(h.fakes)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- h.process.Run(ctx) }()
	limited, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	var out bytes.Buffer
	played := playOnce(limited, h, &out)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := h.remove(); err != nil {
		t.Error(err)
	}
	return out.String(), played
}

func TestTheDemoSucceedsOnlyIfEverybodyIsWokenAndTold(t *testing.T) {
	t.Parallel()
	const enough, tooLong = 30 * time.Second, 12 * time.Second
	refuse := pushtest.Refuse(http.StatusInternalServerError, "INTERNAL")
	for name, c := range map[string]struct {
		most   time.Duration
		change func(*fakes)
		fails  string
	}{
		"all is well":              {enough, func(*fakes) {}, ""},
		"one push is refused":      {tooLong, func(f *fakes) { f.fcm.Standard(pushtest.Refuse(http.StatusNotFound, "UNREGISTERED")) }, "the push to Anna's Pixel"},
		"one service is silent":    {tooLong, func(f *fakes) { f.apns.Standard(pushtest.Silent()) }, "the push to Bernd's iPhone"},
		"one prompt is left alone": {tooLong, func(f *fakes) { f.webpush.OnPush(func(pushtest.Push) { f.webpush.Standard(refuse) }) }, "the withdrawal at Carla's web app"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := played(t, c.most, c.change)
			if c.fails == "" {
				if err != nil || !strings.Contains(out, "; 2 withdrawn") {
					t.Errorf("%v\n%s", err, out)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(out, "demo: approved") {
				t.Errorf("%v, want it to name %s\n%s", err, c.fails, out)
			}
		})
	}
}

func TestNoticesBetweenThePushesOfAQuestionArePassedOver(t *testing.T) {
	t.Parallel()
	inbox := make(chan pushtest.Push, 3)
	for _, kind := range []string{"notice", "notice", "withdrawn"} {
		inbox <- pushtest.Push{Type: kind}
	}
	who := &person{inbox: inbox}
	if push, err := who.pushed(t.Context(), "a push"); err != nil || push.Type != "withdrawn" {
		t.Errorf("got %q, %v", push.Type, err)
	}
}
