package pushtest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAPNsHeaderRules(t *testing.T) {
	t.Parallel()
	a, err := NewAPNs("org.example.yes", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	token, gone := a.NewToken(), a.NewToken()
	a.Uninstall(gone)
	good := map[string]string{
		"apns-topic": "org.example.yes", "apns-push-type": "alert", "apns-priority": "10", "apns-expiration": "1900000000", "apns-collapse-id": "c",
	}
	payload := `{"aps":{"alert":"x"}}`
	for name, c := range map[string]struct {
		token, header, value, payload, want string
		status                              int
	}{
		"all is well":                      {token: token, header: "apns-priority", value: "10", payload: payload},
		"no topic":                         {token, "apns-topic", "", payload, "MissingTopic", 400},
		"another app's topic":              {token, "apns-topic", "org.example.no", payload, "DeviceTokenNotForTopic", 400},
		"no push type":                     {token, "apns-push-type", "", payload, "InvalidPushType", 400},
		"a background push of priority 10": {token, "apns-push-type", "background", payload, "BadPriority", 400},
		"an alert of priority 5":           {token, "apns-priority", "5", payload, "BadPriority", 400},
		"no expiration":                    {token, "apns-expiration", "", payload, "BadExpirationDate", 400},
		"a collapse id of 65 bytes":        {token, "apns-collapse-id", strings.Repeat("c", 65), payload, "BadCollapseId", 400},
		"a payload of 4097 bytes":          {token, "apns-priority", "10", `{"aps":{"alert":"` + strings.Repeat("x", 4097-20) + `"}}`, "PayloadTooLarge", 413},
		"no payload":                       {token, "apns-priority", "10", "", "PayloadEmpty", 400},
		"a token that is none":             {"xyz", "apns-priority", "10", payload, "BadDeviceToken", 400},
		"a token of another environment":   {strings.Repeat("ab", 32), "apns-priority", "10", payload, "BadDeviceToken", 400},
		"an uninstalled app":               {gone, "apns-priority", "10", payload, "Unregistered", 410},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			for k, v := range good {
				h.Set(k, v)
			}
			h.Set(c.header, c.value)
			if status, reason := a.checkPush(h, c.token, []byte(c.payload)); reason != c.want || status != c.status {
				t.Errorf("%d %q, want %d %q", status, reason, c.status, c.want)
			}
		})
	}
}

func TestAPNsWantsAProviderTokenToBeKept(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a := &APNs{Stage: newStage(func() time.Time { return now })}
	for _, c := range []struct {
		bearer string
		after  time.Duration
		want   string
	}{
		{"one", 0, ""}, {"one", time.Minute, ""}, {"two", 18 * time.Minute, "TooManyProviderTokenUpdates"}, {"two", 2 * time.Minute, ""},
	} {
		now = now.Add(c.after)
		if _, reason := a.checkRenewal(c.bearer); reason != c.want {
			t.Errorf("%s: %q, want %q", c.bearer, reason, c.want)
		}
	}
}
