package pushtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	serviceEmail  = "jawort@fake.iam.gserviceaccount.com"
	serviceKeyID  = "fake-key-1"
	jwtBearer     = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	bearerLife    = time.Hour
	maxGrantLife  = time.Hour + time.Minute // Google refuses grants of more than an hour
	messagesScope = "https://www.googleapis.com/auth/firebase.messaging"
	platformScope = "https://www.googleapis.com/auth/cloud-platform"
)

func newServiceKey() (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("pushtest: service account's key: %w", err)
	}
	return key, nil
}

// ServiceAccountJSON returns credentials as Google's console hands them out; their token endpoint is the fake's.
func (f *FCM) ServiceAccountJSON() []byte {
	return f.serviceAccount(f.key)
}

// ForgedServiceAccountJSON returns credentials with a key that the fake does not know.
func (f *FCM) ForgedServiceAccountJSON() ([]byte, error) {
	key, err := newServiceKey()
	if err != nil {
		return nil, err
	}
	return f.serviceAccount(key), nil
}

func (f *FCM) serviceAccount(key *rsa.PrivateKey) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err) // an RSA key always marshals
	}
	b, err := json.Marshal(map[string]string{
		"type":           "service_account",
		"project_id":     f.project,
		"private_key_id": serviceKeyID,
		"private_key":    string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email":   serviceEmail,
		"token_uri":      f.tokenURL(),
	})
	if err != nil {
		panic(err)
	}
	return b
}

func (f *FCM) tokenURL() string { return "http://" + f.addr + "/token" }

// StandardOAuth sets how the token endpoint reacts.
func (f *FCM) StandardOAuth(r Reaction) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.oauth = r
}

// ExpireBearers ends all access tokens that were handed out.
func (f *FCM) ExpireBearers() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.bearers)
}

func (f *FCM) token(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	reaction := f.oauth
	f.mu.Unlock()
	if !play(w, r, reaction, func() {}) {
		return
	}
	if reaction.Status != 0 {
		writeJSON(w, reaction.Status, map[string]string{"error": reaction.Code})
		return
	}
	if err := f.checkGrant(r); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": err.Error()})
		return
	}
	bearer := "ya29." + randomText(40)
	f.mu.Lock()
	f.bearers[bearer] = f.now().Add(bearerLife)
	f.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"access_token": bearer, "token_type": "Bearer", "expires_in": int(bearerLife.Seconds())})
}

func (f *FCM) checkGrant(r *http.Request) error {
	if got := r.PostFormValue("grant_type"); got != jwtBearer {
		return fmt.Errorf("unsupported grant_type %q", got)
	}
	signed, err := jwt.ParseSigned(r.PostFormValue("assertion"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return errors.New("the assertion is no JWT signed with RS256")
	}
	if signed.Headers[0].KeyID != serviceKeyID {
		return errors.New("unknown key id")
	}
	var claims jwt.Claims
	var scope struct {
		Scope string `json:"scope"`
	}
	if err := signed.Claims(&f.key.PublicKey, &claims, &scope); err != nil {
		return errors.New("wrong signature")
	}
	if err := claims.Validate(jwt.Expected{Issuer: serviceEmail, AnyAudience: jwt.Audience{f.tokenURL()}, Time: f.now()}); err != nil {
		return err
	}
	if claims.Expiry == nil || claims.IssuedAt == nil || claims.Expiry.Time().Sub(claims.IssuedAt.Time()) > maxGrantLife {
		return errors.New("iat and exp must be given and at most an hour apart")
	}
	scopes := strings.Fields(scope.Scope)
	if !slices.Contains(scopes, messagesScope) && !slices.Contains(scopes, platformScope) {
		return errors.New("no scope that allows messages")
	}
	return nil
}

func (f *FCM) authorised(r *http.Request) bool {
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	f.mu.Lock()
	defer f.mu.Unlock()
	return ok && f.now().Before(f.bearers[bearer])
}

// randomText returns n characters of base64url.
func randomText(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)[:n]
}
