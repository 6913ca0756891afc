package pushtest

import (
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func TestTokenEndpointGrantsOnlyToWhoHoldsTheKey(t *testing.T) {
	t.Parallel()
	f, err := NewFCM("p", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	stranger, err := newServiceKey()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	good := func() map[string]any {
		return map[string]any{"iss": serviceEmail, "aud": f.tokenURL(), "scope": messagesScope, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
	}
	for name, c := range map[string]struct {
		key    *rsa.PrivateKey
		change func(map[string]any)
		want   int
	}{
		"a good grant":           {f.key, func(map[string]any) {}, http.StatusOK},
		"another key":            {stranger, func(map[string]any) {}, http.StatusBadRequest},
		"another audience":       {f.key, func(c map[string]any) { c["aud"] = "https://oauth2.googleapis.com/token" }, http.StatusBadRequest},
		"another issuer":         {f.key, func(c map[string]any) { c["iss"] = "you@example.org" }, http.StatusBadRequest},
		"an expired grant":       {f.key, func(c map[string]any) { c["exp"] = now.Add(-time.Hour).Unix() }, http.StatusBadRequest},
		"a grant for two hours":  {f.key, func(c map[string]any) { c["exp"] = now.Add(2 * time.Hour).Unix() }, http.StatusBadRequest},
		"a grant without an end": {f.key, func(c map[string]any) { delete(c, "exp") }, http.StatusBadRequest},
		"a scope too small":      {f.key, func(c map[string]any) { c["scope"] = "openid" }, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claims := good()
			c.change(claims)
			if status := grant(t, f, c.key, claims); status != c.want {
				t.Errorf("answered %d, want %d", status, c.want)
			}
		})
	}
}

func grant(t *testing.T, f *FCM, key *rsa.PrivateKey, claims map[string]any) int {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: serviceKeyID}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	assertion, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.PostForm(f.tokenURL(), url.Values{"grant_type": {jwtBearer}, "assertion": {assertion}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestMessagesWantAnAccessTokenAndTheRightProject(t *testing.T) {
	t.Parallel()
	f, err := NewFCM("p", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	f.bearers["good"] = time.Now().Add(time.Hour)
	f.bearers["old"] = time.Now().Add(-time.Second)
	body := `{"message":{"token":"` + f.NewToken() + `"}}`
	for _, c := range []struct {
		project, bearer string
		want            int
		code            string
	}{
		{"p", "good", http.StatusOK, ""},
		{"p", "old", http.StatusUnauthorized, "UNAUTHENTICATED"},
		{"p", "", http.StatusUnauthorized, "UNAUTHENTICATED"},
		{"q", "good", http.StatusForbidden, "PERMISSION_DENIED"},
	} {
		status, code := post(t, f.Endpoint()+"/projects/"+c.project+"/messages:send", c.bearer, body)
		if status != c.want || code != c.code {
			t.Errorf("project %s with bearer %q: %d %s, want %d %s", c.project, c.bearer, status, code, c.want, c.code)
		}
	}
}

func post(t *testing.T, target, bearer, body string) (status int, code string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Error struct{ Status string } }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer.Error.Status
}
