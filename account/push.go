package account

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/jawort/jawort/refusal"
)

// Providers of push.
const (
	FCM     = "fcm"
	APNs    = "apns"
	Huawei  = "huawei"
	WebPush = "webpush"
)

// PushAddress is where an installation is woken. It is sealed before it is stored.
type PushAddress struct {
	Provider     string        `json:"provider"`
	App          string        `json:"app,omitempty"`         // FCM: Firebase project; APNs: bundle id; Huawei: project id
	Environment  string        `json:"environment,omitempty"` // APNs: production or sandbox
	Token        string        `json:"token,omitempty"`       // FCM, APNs and Huawei
	Subscription *Subscription `json:"subscription,omitempty"`
	ServerKey    string        `json:"server_key,omitempty"` // Web Push: the application server key that it was subscribed with
}

// Subscription is a PushSubscription of the Push API, with its keys as base64url.
type Subscription struct {
	Endpoint string `json:"endpoint"`
	Keys     struct {
		P256dh string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
}

const (
	maxToken    = 4096
	maxEndpoint = 2048
	maxKey      = 256 // and the name of an app
)

// Validate refuses an address that no provider could use.
func (a PushAddress) Validate() error {
	switch a.Provider {
	case FCM, APNs, Huawei:
		return a.validateToken()
	case WebPush:
		return a.validateSubscription()
	default:
		return refusal.Field("push.provider", "must be one of fcm, apns, huawei, webpush")
	}
}

func (a PushAddress) validateToken() error {
	if !fit(a.Token, maxToken) {
		return refusal.Field("push.token", "must be the token that the provider gave, at most 4096 characters")
	}
	if !fit(a.App, maxKey) {
		return refusal.Field("push.app", "must name the app: the Firebase project (fcm), the bundle id (apns) or the project id (huawei)")
	}
	if a.Provider != APNs {
		return nil
	}
	if !slices.Contains([]string{"production", "sandbox"}, a.Environment) {
		return refusal.Field("push.environment", "must be production or sandbox")
	}
	if _, err := hex.DecodeString(a.Token); err != nil { // it becomes part of the path that is called
		return refusal.Field("push.token", "must be the device token in hexadecimal")
	}
	return nil
}

func (a PushAddress) validateSubscription() error {
	s := a.Subscription
	if s == nil || !fit(s.Endpoint, maxEndpoint) || !(strings.HasPrefix(s.Endpoint, "https://") || strings.HasPrefix(s.Endpoint, "http://")) {
		return refusal.Field("push.subscription", "must be a PushSubscription whose endpoint is a URL of at most 2048 characters")
	}
	if !fit(s.Keys.P256dh, maxKey) || !fit(s.Keys.Auth, maxKey) {
		return refusal.Field("push.subscription.keys", "must carry p256dh and auth")
	}
	if len(a.ServerKey) > 256 || strings.ContainsFunc(a.ServerKey, notPrintable) {
		return refusal.Field("push.server_key", "must be the application server key that the phone subscribed with")
	}
	return nil
}

// fit tells what a provider could have given: printable ASCII without spaces.
func fit(s string, longest int) bool {
	return s != "" && len(s) <= longest && !strings.ContainsFunc(s, notPrintable)
}

func notPrintable(r rune) bool { return r <= ' ' || r > '~' }
