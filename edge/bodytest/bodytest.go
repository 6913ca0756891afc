// Package bodytest fuzzes the bodies of requests: what an API decodes into each of its types.
package bodytest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

// broken is no body of any request.
var broken = []string{
	"", " ", "null", "[]", "7", `"text"`, "{", `{"a"`, "{}{}", "\x00", "{\"\x00\":1}", "{\"\xff\":1}", `{"a":"\ud83d"}`, `{"a":1,"A":2}`,
	`{"a":` + strings.Repeat("[", 10001) + "}",
}

// Decode is edge.Decode or edge.DecodeLenient of a type.
type Decode[T any] func(*http.Request) (T, error)

// Fuzz gives bodies to the decoder of a type, in a request that came all the way through an edge.Mux. The seeds that are good must be taken;
// those that are bad, what is broken anyway, and whatever else the fuzzer finds must be either taken in one way only or refused by name.
func Fuzz[T any](f *testing.F, strict bool, decode Decode[T], good, bad []string) {
	f.Helper()
	d := newDecoder(decode)
	if len(good) == 0 || len(bad) == 0 {
		f.Fatal("no seeds")
	}
	for _, body := range good {
		if _, status, err := d.ask(body); err != nil || status != http.StatusNoContent {
			f.Fatalf("the seed %s is refused: %v", body, err)
		}
		f.Add([]byte(body))
	}
	for _, body := range append(bad, broken...) {
		if _, _, err := d.ask(body); err == nil {
			f.Fatalf("the seed %s is taken", body)
		}
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { d.check(t, strict, string(body)) })
}

// decoder has a Mux, which would turn a panic into a 500.
type decoder[T any] struct{ mux *edge.Mux }

type outcome[T any] struct {
	value T
	err   error
}

type noted struct{}

func newDecoder[T any](decode Decode[T]) decoder[T] {
	m := edge.NewMux(edge.Options{Service: "test", Log: slog.New(slog.DiscardHandler), Random: rand.Reader, Now: time.Now})
	m.Handle("POST /x", edge.Public, func(w http.ResponseWriter, r *http.Request) error {
		o := r.Context().Value(noted{}).(*outcome[T])
		if o.value, o.err = decode(r); o.err == nil {
			w.WriteHeader(http.StatusNoContent)
		}
		return o.err
	})
	return decoder[T]{m}
}

func (d decoder[T]) ask(body string) (v T, status int, err error) {
	o := outcome[T]{err: errors.New("the decoder was not reached")}
	r := httptest.NewRequest(http.MethodPost, "/x", io.NopCloser(strings.NewReader(body)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	d.mux.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), noted{}, &o)))
	return o.value, w.Code, o.err
}

func (d decoder[T]) check(t *testing.T, strict bool, body string) {
	v, status, err := d.ask(body)
	if err != nil {
		checkRefusal(t, body, err, status)
		return
	}
	if status != http.StatusNoContent || !json.Valid([]byte(body)) {
		t.Fatalf("%q was taken, and answered with %d", body, status)
	}
	if again, _, err := d.ask(body); err != nil || !reflect.DeepEqual(v, again) {
		t.Fatalf("%q is taken as %+v, and then as %+v (%v)", body, v, again, err)
	}
	more, ok := withMember(body)
	if !ok {
		return
	}
	switch got, _, err := d.ask(more); {
	case strict && err == nil:
		t.Fatalf("%q is taken though nothing of it is called newer-than-we-are", more)
	case !strict && (err != nil || !reflect.DeepEqual(v, got)):
		t.Fatalf("%q is taken as %+v (%v), but without the newer member as %+v", more, got, err, v)
	}
}

// withMember adds a member that no request has, where there is room for it.
func withMember(body string) (string, bool) {
	const member = `"newer-than-we-are":[{}]`
	inner := bytes.TrimSpace([]byte(body))[1:]
	if !bytes.HasPrefix(bytes.TrimSpace(inner), []byte("}")) {
		inner = append([]byte(","), inner...)
	}
	more := "{" + member + string(inner)
	return more, len(more) <= 64<<10 && !strings.Contains(body, "newer-than-we-are")
}

func checkRefusal(t *testing.T, body string, err error, status int) {
	var shown *refusal.Error
	if !errors.As(err, &shown) || shown.Code == "" || shown.Detail == "" {
		t.Fatalf("%q is refused by something that cannot be shown: %v", body, err)
	}
	if status < 400 || status > 499 {
		t.Fatalf("%q is answered with %d: %v", body, status, err)
	}
	if len(shown.Error()) > 1<<10 {
		t.Fatalf("%q is refused in %d bytes", body, len(shown.Error()))
	}
}
