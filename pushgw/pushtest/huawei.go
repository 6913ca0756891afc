package pushtest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// HuaweiClientID names the fake's OAuth client.
const HuaweiClientID = "109560375"

// Huawei stands in for Huawei Push Kit's API of version 2 and for Huawei's OAuth token endpoint.
type Huawei struct {
	*Stage
	*host
	project string
	secret  string

	mu      sync.Mutex
	bearers map[string]time.Time // issued access tokens with their ends
	oauth   Reaction
	grants  int
	refused int
	granted func(token string) any // what the token endpoint answers; nil: as Huawei does
}

// NewHuawei opens a fake for one project of AppGallery Connect.
func NewHuawei(project string, now func() time.Time) (*Huawei, error) {
	h := &Huawei{Stage: newStage(now), project: project, secret: randomText(64), bearers: map[string]time.Time{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth2/v3/token", h.token)
	mux.HandleFunc("POST /v2/{project}/{verb}", h.send)
	var err error
	if h.host, err = open(mux, nil); err != nil {
		return nil, err
	}
	return h, nil
}

// Project returns the project's id, which is what an address names as its app.
func (h *Huawei) Project() string { return h.project }

// Endpoint returns the base URL of both APIs.
func (h *Huawei) Endpoint() string { return "http://" + h.addr }

// NewToken registers a new installation.
func (h *Huawei) NewToken() string {
	token := "IQAAAA" + randomText(96)
	h.install(token)
	return token
}

func (h *Huawei) send(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("verb") != "messages:send" {
		http.NotFound(w, r)
		return
	}
	if code := h.unauthorised(r); code != "" {
		h.noteRefused()
		answerHuawei(w, http.StatusUnauthorized, code, huaweiWords[code])
		return
	}
	if r.PathValue("project") != h.project {
		answerHuawei(w, http.StatusOK, "80300002", huaweiWords["80300002"])
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return
	}
	if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		answerHuawei(w, http.StatusBadRequest, "80100003", "Illegal content type "+kind)
		return
	}
	message, code, why := parseHuawei(body)
	if code != "" {
		answerHuawei(w, http.StatusBadRequest, code, why)
		return
	}
	h.react(w, r, message)
}

// react plays what was scripted for the first token, and else does with each what the service does.
func (h *Huawei) react(w http.ResponseWriter, r *http.Request, m *huaweiMessage) {
	reaction := h.next(m.Token[0])
	accept := func() {
		for _, token := range m.Token {
			if alive, _ := h.installed(token); alive {
				h.deliver(m.push(h.project, token, r.Header))
			}
		}
	}
	if !play(w, r, reaction, accept) {
		return
	}
	if reaction.Status != 0 {
		answerHuaweiScripted(w, reaction, m.Token)
		return
	}
	illegal := slices.DeleteFunc(slices.Clone(m.Token), func(token string) bool {
		alive, _ := h.installed(token)
		return alive
	})
	accept()
	switch len(illegal) {
	case 0:
		answerHuawei(w, http.StatusOK, "80000000", huaweiWords["80000000"])
	case len(m.Token):
		answerHuawei(w, http.StatusOK, "80300007", huaweiWords["80300007"])
	default:
		answerHuawei(w, http.StatusOK, "80100000", partly(len(m.Token), illegal))
	}
}

// huaweiWords are what the service says with its codes.
var huaweiWords = map[string]string{
	"80000000": "Success",
	"80200001": "Oauth authentication error",
	"80200003": "Oauth Token expired",
	"80300002": "APP is forbidden to send",
	"80300007": "All the tokens are invalid",
	"81000001": "System inner error",
}

// partly is the text of a partial success, which is JSON within JSON.
func partly(tokens int, illegal []string) string {
	b, err := json.Marshal(map[string]any{"success": tokens - len(illegal), "failure": len(illegal), "illegal_tokens": illegal})
	if err != nil {
		panic(err) // texts always marshal
	}
	return string(b)
}

func answerHuaweiScripted(w http.ResponseWriter, r Reaction, tokens []string) {
	if r.Raw != "" {
		w.WriteHeader(r.Status)
		_, _ = io.WriteString(w, r.Raw)
		return
	}
	said := huaweiWords[r.Code]
	if r.Code == "80100000" {
		said = partly(len(tokens), tokens)
	}
	answerHuawei(w, r.Status, r.Code, said)
}

func answerHuawei(w http.ResponseWriter, status int, code, said string) {
	writeJSON(w, status, map[string]string{"code": code, "msg": said, "requestId": randomText(24)})
}
