package pushtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const maxVAPIDLife = 24 * time.Hour

var topicForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

var urgencies = []string{"", "very-low", "low", "normal", "high"}

// rules are what a push service asks of a request to one of its subscriptions.
type rules struct {
	vapid  string // the application server's public key, to which the subscription is bound
	origin string // of the service
	now    time.Time
}

// checkHeaders checks what RFC 8030, 8188 and 8292 ask of a request; an empty text means that all holds.
func (r rules) checkHeaders(h http.Header) (status int, why string) {
	if _, err := strconv.ParseUint(h.Get("TTL"), 10, 31); err != nil {
		return http.StatusBadRequest, "TTL is mandatory: seconds, as digits"
	}
	if topic, given := h["Topic"]; given && !topicForm.MatchString(topic[0]) {
		return http.StatusBadRequest, "Topic: at most 32 characters of base64url"
	}
	if !slices.Contains(urgencies, h.Get("Urgency")) {
		return http.StatusBadRequest, "Urgency: unknown"
	}
	if h.Get("Content-Encoding") != "aes128gcm" {
		return http.StatusUnsupportedMediaType, "Content-Encoding must be aes128gcm"
	}
	return r.checkVAPID(h.Get("Authorization"))
}

func (r rules) checkVAPID(header string) (status int, why string) {
	token, key, ok := cutVAPID(header)
	if !ok {
		return http.StatusUnauthorized, "VAPID authorization is missing"
	}
	if key != r.vapid {
		return http.StatusForbidden, "the subscription is bound to another application server"
	}
	public, err := parseVAPIDKey(key)
	if err != nil {
		return http.StatusUnauthorized, "k is no P-256 public key"
	}
	signed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return http.StatusUnauthorized, "t is no JWT signed with ES256"
	}
	var claims jwt.Claims
	if err := signed.Claims(public, &claims); err != nil {
		return http.StatusUnauthorized, "wrong signature"
	}
	return r.checkClaims(claims)
}

func (r rules) checkClaims(c jwt.Claims) (status int, why string) {
	switch {
	case !slices.Equal(c.Audience, jwt.Audience{r.origin}):
		return http.StatusUnauthorized, "aud must be this service's origin"
	case c.Expiry == nil || !r.now.Before(c.Expiry.Time()) || c.Expiry.Time().Sub(r.now) > maxVAPIDLife:
		return http.StatusUnauthorized, "exp must lie ahead, at most 24 hours"
	case !isContact(c.Subject):
		return http.StatusUnauthorized, "sub must be a mailto: or https: URI"
	}
	return 0, ""
}

func isContact(sub string) bool {
	address, isMail := strings.CutPrefix(sub, "mailto:")
	return strings.HasPrefix(sub, "https://") || isMail && strings.Contains(address, "@") && !strings.Contains(address, ":")
}

func cutVAPID(header string) (token, key string, ok bool) {
	rest, ok := strings.CutPrefix(header, "vapid ")
	for part := range strings.SplitSeq(rest, ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name {
		case "t":
			token = value
		case "k":
			key = value
		}
	}
	return token, key, ok && token != "" && key != ""
}

func parseVAPIDKey(s string) (*ecdsa.PublicKey, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, err
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), b)
}
