package pushtest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// firefox is a browser, as far as the stand-in sees one.
type firefox struct {
	*testing.T
	socket *websocket.Conn
}

func (f firefox) say(out frame) {
	f.Helper()
	if err := f.socket.WriteJSON(out); err != nil {
		f.Fatal(err)
	}
}

func (f firefox) hear() (in frame) {
	f.Helper()
	if err := f.socket.ReadJSON(&in); err != nil {
		f.Fatal(err)
	}
	return in
}

func TestAFirefoxIsHandedWhatItsApplicationServerSends(t *testing.T) {
	t.Parallel()
	a, err := NewAutopush(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	socket, answer, err := websocket.DefaultDialer.Dial(a.ServerURL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	t.Cleanup(func() { _ = socket.Close() })
	f := firefox{t, socket}
	key, public := vapidKey(t)
	other, otherPublic := vapidKey(t)
	claims := map[string]any{"aud": a.origin(), "exp": time.Now().Add(time.Hour).Unix(), "sub": "mailto:ops@example.org"}

	f.say(frame{Type: "hello", WebPush: true})
	if got := f.hear(); got.Agent == "" || !got.WebPush {
		t.Errorf("hello: %+v", got)
	}
	f.say(frame{Type: "register", Channel: "c", Key: public + "="})
	endpoint := f.hear().Endpoint
	post := func(to, authorization string, body string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{"Ttl": {"60"}, "Content-Encoding": {"aes128gcm"}, "Authorization": {authorization}}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	own := "vapid t=" + sign(t, key, claims) + ", k=" + public
	for name, c := range map[string]struct {
		got, want int
	}{
		"no such endpoint":           {post(endpoint+"x", own, "hello"), http.StatusGone},
		"another application server": {post(endpoint, "vapid t="+sign(t, other, claims)+", k="+otherPublic, "hello"), http.StatusForbidden},
		"too much":                   {post(endpoint, own, strings.Repeat("a", maxWebPushBody+1)), http.StatusRequestEntityTooLarge},
		"all is well":                {post(endpoint, own, "hello"), http.StatusCreated},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
	pushed := f.hear()
	if pushed.Type != "notification" || pushed.Channel != "c" || pushed.Data != "aGVsbG8" || pushed.Headers["encoding"] != "aes128gcm" {
		t.Errorf("pushed: %+v", pushed)
	}
	f.say(frame{Type: "ack", Updates: []update{{Version: pushed.Version, Code: Undecrypted}}})
	if d := <-a.Deliveries(); d.Endpoint != endpoint || d.Ack != Undecrypted {
		t.Errorf("delivery: %+v", d)
	}
	f.say(frame{Type: "unregister", Channel: "c"})
	f.hear()
	if got := post(endpoint, own, "hello"); got != http.StatusGone {
		t.Errorf("after it was unregistered: %d", got)
	}
}
