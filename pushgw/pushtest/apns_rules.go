package pushtest

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	providerTokenLife = time.Hour
	providerTokenRest = 20 * time.Minute // a new one sooner than this is one too many
	maxAPNsPayload    = 4096
	maxCollapseID     = 64
)

// checkProvider checks the provider's JWT; an empty reason means that it holds.
func (a *APNs) checkProvider(r *http.Request) (status int, reason string) {
	bearer, ok := cutBearer(r.Header.Get("authorization"))
	if !ok {
		return http.StatusForbidden, "MissingProviderToken"
	}
	signed, err := jwt.ParseSigned(bearer, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || signed.Headers[0].KeyID != APNsKeyID {
		return http.StatusForbidden, "InvalidProviderToken"
	}
	var claims jwt.Claims
	if err := signed.Claims(&a.key.PublicKey, &claims); err != nil || claims.Issuer != APNsTeamID || claims.IssuedAt == nil {
		return http.StatusForbidden, "InvalidProviderToken"
	}
	if age := a.now().Sub(claims.IssuedAt.Time()); age > providerTokenLife || age < -time.Minute {
		return http.StatusForbidden, "ExpiredProviderToken"
	}
	return a.checkRenewal(bearer)
}

// checkRenewal refuses a provider that makes new tokens too often.
func (a *APNs) checkRenewal(bearer string) (status int, reason string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if bearer == a.bearer {
		return 0, ""
	}
	if a.bearer != "" && now.Sub(a.bearerAt) < providerTokenRest {
		return http.StatusTooManyRequests, "TooManyProviderTokenUpdates"
	}
	a.bearer, a.bearerAt = bearer, now
	return 0, ""
}

// ForgetProvider makes the fake forget the provider token that it saw, so that a restarted provider may make its own.
func (a *APNs) ForgetProvider() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bearer = ""
}

func cutBearer(header string) (string, bool) {
	scheme, token, ok := strings.Cut(header, " ")
	return token, ok && strings.EqualFold(scheme, "bearer")
}

func (a *APNs) checkPush(h http.Header, token string, payload []byte) (status int, reason string) {
	for _, check := range []func() string{
		func() string { return checkToken(token) },
		func() string { return a.checkTopic(h.Get("apns-topic")) },
		func() string { return checkKind(h.Get("apns-push-type"), h.Get("apns-priority")) },
		func() string { return checkExpiration(h.Get("apns-expiration")) },
		func() string { return checkCollapse(h.Get("apns-collapse-id")) },
		func() string { return checkPayload(payload) },
	} {
		if reason := check(); reason == "PayloadTooLarge" {
			return http.StatusRequestEntityTooLarge, reason
		} else if reason != "" {
			return http.StatusBadRequest, reason
		}
	}
	switch alive, issued := a.installed(token); {
	case !issued:
		return http.StatusBadRequest, "BadDeviceToken"
	case !alive:
		return http.StatusGone, "Unregistered"
	}
	return 0, ""
}

func checkToken(token string) string {
	if b, err := hex.DecodeString(token); err != nil || len(b) < 32 || len(b) > 100 {
		return "BadDeviceToken"
	}
	return ""
}

func (a *APNs) checkTopic(topic string) string {
	switch topic {
	case a.topic:
		return ""
	case "":
		return "MissingTopic"
	default:
		return "DeviceTokenNotForTopic"
	}
}

func checkKind(pushType, priority string) string {
	switch {
	case pushType != "alert" && pushType != "background":
		return "InvalidPushType"
	case pushType == "background" && priority != "5", pushType == "alert" && priority != "10":
		return "BadPriority" // Apple takes 5 for an alert as well, and may then never show it; we never want that
	}
	return ""
}

// checkExpiration also refuses a missing header, which Apple takes for "store it as long as you like".
func checkExpiration(value string) string {
	if _, err := strconv.ParseUint(value, 10, 63); err != nil {
		return "BadExpirationDate"
	}
	return ""
}

func checkCollapse(id string) string {
	if len(id) > maxCollapseID {
		return "BadCollapseId"
	}
	return ""
}

func checkPayload(payload []byte) string {
	if len(payload) > maxAPNsPayload {
		return "PayloadTooLarge"
	}
	var p struct {
		APS map[string]any `json:"aps"`
	}
	if err := json.Unmarshal(payload, &p); err != nil || p.APS == nil {
		return "PayloadEmpty"
	}
	return ""
}
