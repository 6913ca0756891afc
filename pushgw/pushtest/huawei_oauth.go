package pushtest

import (
	"net/http"
	"strings"
)

// ClientSecret returns the OAuth client's secret, as AppGallery Connect hands it out.
func (h *Huawei) ClientSecret() string { return h.secret }

// StandardOAuth sets how the token endpoint reacts.
func (h *Huawei) StandardOAuth(r Reaction) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.oauth = r
}

// AnswerOAuth sets what the token endpoint answers with a token that it has issued; nil: as Huawei does.
func (h *Huawei) AnswerOAuth(answer func(token string) any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.granted = answer
}

// ExpireBearers ends all access tokens that were handed out.
func (h *Huawei) ExpireBearers() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for bearer := range h.bearers {
		h.bearers[bearer] = h.now()
	}
}

// Grants counts the requests to the token endpoint.
func (h *Huawei) Grants() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.grants
}

// Refused counts the messages that came with no access token that holds.
func (h *Huawei) Refused() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refused
}

func (h *Huawei) noteRefused() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refused++
}

func (h *Huawei) token(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.grants++
	reaction := h.oauth
	h.mu.Unlock()
	if !play(w, r, reaction, func() {}) {
		return
	}
	if reaction.Status != 0 {
		refuseGrant(w, reaction.Status, reaction.Code)
		return
	}
	if r.PostFormValue("grant_type") != "client_credentials" {
		refuseGrant(w, http.StatusBadRequest, "unsupported grant_type")
		return
	}
	if r.PostFormValue("client_id") != HuaweiClientID || r.PostFormValue("client_secret") != h.secret {
		refuseGrant(w, http.StatusBadRequest, "invalid client "+r.PostFormValue("client_secret")) // it does repeat what it was sent
		return
	}
	writeJSON(w, http.StatusOK, h.grant())
}

// grant issues a token. Huawei's hold characters that JSON escapes.
func (h *Huawei) grant() any {
	bearer := "DQEAAL/" + randomText(60) + "=="
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bearers[bearer] = h.now().Add(bearerLife)
	if h.granted != nil {
		return h.granted(bearer)
	}
	return map[string]any{"access_token": bearer, "token_type": "Bearer", "expires_in": int(bearerLife.Seconds())}
}

func refuseGrant(w http.ResponseWriter, status int, why string) {
	writeJSON(w, status, map[string]any{"error": 1101, "sub_error": 20044, "error_description": why})
}

// unauthorised returns the code of a bearer that is refused.
func (h *Huawei) unauthorised(r *http.Request) string {
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	h.mu.Lock()
	defer h.mu.Unlock()
	ends, issued := h.bearers[bearer]
	switch {
	case !ok || !issued:
		return "80200001"
	case !h.now().Before(ends):
		return "80200003"
	}
	return ""
}
