package pushgw_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/pushgw"
)

func TestConfigNamesTheOffendingKey(t *testing.T) {
	t.Parallel()
	fcm := pushgw.FCMConfig{App: "p", CredentialsFile: "f"}
	apns := pushgw.APNsConfig{App: "b", KeyFile: "f", KeyID: "k", TeamID: "t"}
	huawei := pushgw.HuaweiConfig{App: "4711", ClientID: "c", ClientSecretFile: "f", Category: "ACCOUNT"}
	for key, c := range map[string]pushgw.Config{
		"concurrency":                  {Concurrency: -1},
		"fcm[1].app":                   {FCM: []pushgw.FCMConfig{fcm, fcm}},
		"fcm[0].credentials_file":      {FCM: []pushgw.FCMConfig{{App: "p"}}},
		"fcm[0].endpoint":              {FCM: []pushgw.FCMConfig{{App: "p", CredentialsFile: "f", Endpoint: "fcm.example"}}},
		"apns[0].team_id":              {APNs: []pushgw.APNsConfig{{App: "b", KeyFile: "f", KeyID: "k"}}},
		"apns[0].host":                 {APNs: []pushgw.APNsConfig{{App: "b", KeyFile: "f", KeyID: "k", TeamID: "t", Host: "http://x"}}},
		"apns[1].app":                  {APNs: []pushgw.APNsConfig{apns, apns}},
		"huawei[0].client_id":          {Huawei: []pushgw.HuaweiConfig{{App: "4711", ClientSecretFile: "f"}}},
		"huawei[0].client_secret_file": {Huawei: []pushgw.HuaweiConfig{{App: "4711", ClientID: "c"}}},
		"huawei[0].category":           {Huawei: []pushgw.HuaweiConfig{{App: "4711", ClientID: "c", ClientSecretFile: "f", Category: "account"}}},
		"huawei[0].endpoint":           {Huawei: []pushgw.HuaweiConfig{{App: "4711", ClientID: "c", ClientSecretFile: "f", Endpoint: "ftp://x"}}},
		"huawei[1].app":                {Huawei: []pushgw.HuaweiConfig{huawei, huawei}},
		"webpush.subscriber":           {WebPush: pushgw.WebPushConfig{Subscriber: "me"}},
		"webpush.allow_private[0]":     {WebPush: pushgw.WebPushConfig{Subscriber: "a@b", AllowPrivate: []string{"10.0.0.0"}}},
	} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+": ") {
				t.Errorf("got %v", err)
			}
		})
	}
	if err := (pushgw.Config{FCM: []pushgw.FCMConfig{fcm}, APNs: []pushgw.APNsConfig{apns}, Huawei: []pushgw.HuaweiConfig{huawei}}).Validate(); err != nil {
		t.Errorf("a good one: %v", err)
	}
}

func TestOpeningNamesTheFileThatIsNotThere(t *testing.T) {
	t.Parallel()
	for key, c := range map[string]pushgw.Config{
		"fcm[0].credentials_file: ":      {FCM: []pushgw.FCMConfig{{App: "p", CredentialsFile: "/nowhere"}}},
		"apns[0].key_file: ":             {APNs: []pushgw.APNsConfig{{App: "b", KeyFile: "/nowhere", KeyID: "k", TeamID: "t"}}},
		"huawei[0].client_secret_file: ": {Huawei: []pushgw.HuaweiConfig{{App: "4711", ClientID: "c", ClientSecretFile: "/nowhere"}}},
	} {
		if _, err := pushgw.OpenProviders(t.Context(), c, nil, time.Now); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("got %v, want %s…", err, key)
		}
	}
}
