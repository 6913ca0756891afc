package pushtest

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/jawort/jawort/account"
)

// WebPush stands in for the push service of a browser or a UnifiedPush distributor. It plays the browser as
// well: it keeps the keys of the subscriptions that it hands out and decrypts what arrives.
type WebPush struct {
	*Stage
	*host
	vapid string // the application server's public key, to which subscriptions are bound

	mu            sync.Mutex
	subscriptions map[string]*subscriber // by endpoint
}

// NewWebPush opens a fake whose subscriptions are bound to one VAPID public key (base64url).
func NewWebPush(vapidPublic string, now func() time.Time) (*WebPush, error) {
	w := &WebPush{Stage: newStage(now), vapid: vapidPublic, subscriptions: map[string]*subscriber{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /push/{name}", w.message)
	var err error
	if w.host, err = open(mux, nil); err != nil {
		return nil, err
	}
	return w, nil
}

// URL returns the base URL of the service; the subscriptions' endpoints lie below it.
func (w *WebPush) URL() string { return "http://" + w.addr }

// NewSubscription subscribes a new installation. Its endpoint is its token in the fake's other methods.
func (w *WebPush) NewSubscription() (account.Subscription, error) {
	s, err := newSubscriber()
	if err != nil {
		return account.Subscription{}, err
	}
	endpoint := w.URL() + "/push/" + randomText(32)
	w.mu.Lock()
	w.subscriptions[endpoint] = s
	w.mu.Unlock()
	w.install(endpoint)
	return s.subscription(endpoint), nil
}

func (w *WebPush) rules() rules { return rules{vapid: w.vapid, origin: w.URL(), now: w.now()} }

func (w *WebPush) message(rw http.ResponseWriter, r *http.Request) {
	endpoint := w.URL() + "/push/" + r.PathValue("name")
	if status, why := w.rules().checkHeaders(r.Header); why != "" {
		http.Error(rw, why, status)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 1<<20))
	if err != nil {
		return
	}
	w.react(rw, r, endpoint, body)
}

func (w *WebPush) react(rw http.ResponseWriter, r *http.Request, endpoint string, body []byte) {
	push, status, why := w.open(endpoint, body, r.Header)
	reaction := w.next(endpoint)
	accept := func() {
		if why == "" {
			w.deliver(push)
		}
	}
	if !play(rw, r, reaction, accept) {
		return
	}
	if reaction.Status/100 == 3 {
		rw.Header().Set("Location", reaction.Code)
	}
	if reaction.Status != 0 {
		http.Error(rw, reaction.Code, reaction.Status)
		return
	}
	if why != "" {
		http.Error(rw, why, status)
		return
	}
	accept()
	rw.Header().Set("Location", w.URL()+"/message/"+randomText(16))
	rw.WriteHeader(http.StatusCreated)
}

const maxWebPushBody = 4096

func (w *WebPush) open(endpoint string, body []byte, h http.Header) (p Push, status int, why string) {
	switch alive, issued := w.installed(endpoint); {
	case !issued:
		return p, http.StatusNotFound, "no such subscription"
	case !alive:
		return p, http.StatusGone, "the subscription has ended"
	case len(body) > maxWebPushBody:
		return p, http.StatusRequestEntityTooLarge, "at most 4096 bytes"
	}
	w.mu.Lock()
	s := w.subscriptions[endpoint]
	w.mu.Unlock()
	plain, err := s.decrypt(body)
	if err != nil {
		return p, http.StatusBadRequest, err.Error()
	}
	var app struct{ Type, ID, Title, Body string }
	_ = json.Unmarshal(plain, &app) // any payload is delivered
	return Push{
		Token: endpoint, Payload: plain, Header: h.Clone(),
		Type: app.Type, ID: app.ID, Title: app.Title, Body: app.Body,
	}, 0, ""
}
