package pushtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// What the fake's provider key is called.
const (
	APNsKeyID  = "FAKEKEY123"
	APNsTeamID = "FAKETEAM01"
)

// APNs stands in for the Apple Push Notification service: HTTP/2 over TLS, token authentication.
type APNs struct {
	*Stage
	*host
	topic string
	key   *ecdsa.PrivateKey
	ca    *x509.Certificate

	mu       sync.Mutex
	bearer   string // the newest provider token that was seen, and when it first was
	bearerAt time.Time
}

// NewAPNs opens a fake that knows the app with this bundle id.
func NewAPNs(topic string, now func() time.Time) (*APNs, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("pushtest: provider key: %w", err)
	}
	cert, ca, err := selfSigned(now())
	if err != nil {
		return nil, err
	}
	a := &APNs{Stage: newStage(now), topic: topic, key: key, ca: ca}
	mux := http.NewServeMux()
	mux.HandleFunc("/3/device/{token}", a.device)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		answerAPNs(w, http.StatusNotFound, "BadPath", time.Time{})
	})
	a.host, err = open(onlyHTTP2(mux), &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Topic returns the app's bundle id, which is what an address names as its app.
func (a *APNs) Topic() string { return a.topic }

// URL returns the base URL for apns2's Client.Host.
func (a *APNs) URL() string { return "https://" + a.addr }

// Roots returns the authorities that a client must trust to reach the fake.
func (a *APNs) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.ca)
	return pool
}

// RootPEM returns the fake's authority as a file would hold it.
func (a *APNs) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.ca.Raw})
}

// KeyPEM returns the provider key as Apple hands it out: a .p8 file.
func (a *APNs) KeyPEM() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		panic(err) // a P-256 key always marshals
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// NewToken registers a new installation.
func (a *APNs) NewToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	token := hex.EncodeToString(b)
	a.install(token)
	return token
}

func (a *APNs) device(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		answerAPNs(w, http.StatusMethodNotAllowed, "MethodNotAllowed", time.Time{})
		return
	}
	if status, reason := a.checkProvider(r); reason != "" {
		answerAPNs(w, status, reason, time.Time{})
		return
	}
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return
	}
	a.react(w, r, r.PathValue("token"), payload)
}

func (a *APNs) react(w http.ResponseWriter, r *http.Request, token string, payload []byte) {
	reaction := a.next(token)
	accept := func() { a.deliver(a.push(token, payload, r.Header)) }
	if !play(w, r, reaction, accept) {
		return
	}
	if reaction.Raw != "" {
		w.WriteHeader(reaction.Status)
		_, _ = io.WriteString(w, reaction.Raw)
		return
	}
	if reaction.Status != 0 {
		answerAPNs(w, reaction.Status, reaction.Code, reaction.Since)
		return
	}
	if status, reason := a.checkPush(r.Header, token, payload); reason != "" {
		answerAPNs(w, status, reason, a.now())
		return
	}
	accept()
	w.Header().Set("apns-id", apnsID())
}

func (a *APNs) push(token string, payload []byte, h http.Header) Push {
	var p struct {
		APS struct {
			Alert struct{ Title, Body string }
		}
		Type, ID string
	}
	_ = json.Unmarshal(payload, &p) // checked before
	return Push{
		App: h.Get("apns-topic"), Token: token, Payload: payload, Header: h.Clone(),
		Type: p.Type, ID: p.ID, Title: p.APS.Alert.Title, Body: p.APS.Alert.Body,
	}
}

func answerAPNs(w http.ResponseWriter, status int, reason string, since time.Time) {
	body := map[string]any{"reason": reason}
	if status == http.StatusGone && !since.IsZero() {
		body["timestamp"] = since.UnixMilli()
	}
	w.Header().Set("apns-id", apnsID())
	writeJSON(w, status, body)
}

func apnsID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return strings.ToUpper(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}

func onlyHTTP2(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			http.Error(w, "HTTP/2 only", http.StatusHTTPVersionNotSupported)
			return
		}
		next.ServeHTTP(w, r)
	})
}
