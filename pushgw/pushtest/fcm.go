package pushtest

import (
	"bytes"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

// FCM stands in for Firebase Cloud Messaging's HTTP v1 API and for Google's OAuth token endpoint.
type FCM struct {
	*Stage
	*host
	project string
	key     *rsa.PrivateKey

	mu      sync.Mutex
	bearers map[string]time.Time // issued access tokens with their ends
	oauth   Reaction
}

// NewFCM opens a fake for one Firebase project.
func NewFCM(project string, now func() time.Time) (*FCM, error) {
	key, err := newServiceKey()
	if err != nil {
		return nil, err
	}
	f := &FCM{Stage: newStage(now), project: project, key: key, bearers: map[string]time.Time{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", f.token)
	mux.HandleFunc("POST /v1/projects/{project}/{verb}", f.send)
	if f.host, err = open(mux, nil); err != nil {
		return nil, err
	}
	return f, nil
}

// Project returns the Firebase project's id, which is what an address names as its app.
func (f *FCM) Project() string { return f.project }

// Endpoint returns the base URL for the SDK's option.WithEndpoint.
func (f *FCM) Endpoint() string { return "http://" + f.addr + "/v1" }

// NewToken registers a new installation.
func (f *FCM) NewToken() string {
	token := randomText(16) + ":APA91b" + randomText(96)
	f.install(token)
	return token
}

func (f *FCM) send(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("verb") != "messages:send" {
		http.NotFound(w, r)
		return
	}
	if !f.authorised(r) {
		answerFCM(w, fcmError{status: http.StatusUnauthorized, code: "UNAUTHENTICATED", details: errorInfo("ACCESS_TOKEN_EXPIRED")})
		return
	}
	if r.PathValue("project") != f.project {
		answerFCM(w, fcmError{status: http.StatusForbidden, code: "PERMISSION_DENIED"})
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return
	}
	message, err := parseFCM(body)
	if err != nil {
		answerFCM(w, invalidField(err))
		return
	}
	f.react(w, r, message)
}

func (f *FCM) react(w http.ResponseWriter, r *http.Request, m *fcmMessage) {
	reaction := f.next(m.Token)
	accept := func() { f.deliver(m.push(f.project, r.Header)) }
	if !play(w, r, reaction, accept) {
		return
	}
	if reaction.Status != 0 {
		answerScripted(w, reaction)
		return
	}
	switch alive, issued := f.installed(m.Token); {
	case !issued:
		answerFCM(w, fcmError{status: http.StatusBadRequest, code: "INVALID_ARGUMENT", details: messaging("INVALID_ARGUMENT")})
	case !alive:
		answerFCM(w, fcmError{status: http.StatusNotFound, code: "NOT_FOUND", details: messaging("UNREGISTERED")})
	default:
		accept()
		writeJSON(w, http.StatusOK, map[string]string{"name": "projects/" + f.project + "/messages/" + randomText(12)})
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	var b bytes.Buffer
	_ = json.NewEncoder(&b).Encode(v)
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}
