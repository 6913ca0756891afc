package config_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jawort/jawort/config"
)

func TestWhatIsMissingIsNamedAllAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.Load("", nil)
	wantError(t, err, "config: database: ", "config: redis: ", "config: keys_file: ", "config: server.public_url: ", "config: mobile_api.public_url: ")
}

func TestAWrongValueNamesItsKey(t *testing.T) {
	t.Parallel()
	for variable, key := range map[string]string{
		"DATABASE=mysql://x":                                  "database",
		"REDIS=localhost:6379":                                "redis",
		"KEYS_FILE=":                                          "keys_file",
		"LOG_LEVEL=loud":                                      "log.level",
		"LOG_FORMAT=xml":                                      "log.format",
		"ADMIN_LISTEN=9090":                                   "admin.listen",
		"ADMIN_LISTEN=:9090":                                  "admin.listen",
		"SERVER_LISTEN=0.0.0.0:8080":                          "server.listen",
		"MOBILE_API_LISTEN=[::]:8081":                         "mobile_api.listen",
		"SERVER_TLS_CERT=cert.pem":                            "server.listen",
		"SERVER_PUBLIC_URL=jawort.example":                    "server.public_url",
		"SERVER_PUBLIC_URL=https://jawort.example/":           "server.public_url",
		"SERVER_PUBLIC_URL=https://jawort.example?x":          "server.public_url",
		"SERVER_PUBLIC_URL=ftp://jawort.example":              "server.public_url",
		"MOBILE_API_PUBLIC_URL=https://Phones.example":        "mobile_api.public_url",
		"MOBILE_API_PUBLIC_URL=http://127.0.0.1:8081":         "mobile_api.rp_id",
		"MOBILE_API_RP_ID=example":                            "mobile_api.rp_id",
		"MOBILE_API_ORIGINS=https://phones.example/":          "mobile_api.origins",
		"MOBILE_API_ORIGINS=*":                                "mobile_api.origins",
		"MOBILE_API_ORIGINS=android:apk-key-hash:":            "mobile_api.origins",
		"MOBILE_API_REQUIREMENTS_MIN_OS_IOS=new":              `mobile_api.requirements.min_os.ios: "new" is no version; write "15.4"`,
		"MOBILE_API_REQUIREMENTS_MIN_OS_ANDROID=7.x":          `mobile_api.requirements.min_os.android: "7.x" is no version; write "7.0"`,
		"MOBILE_API_REQUIREMENTS_ATTESTATION=some":            "mobile_api.requirements.attestation",
		"MOBILE_API_REQUIREMENTS_ATTESTATION=":                "mobile_api.requirements.attestation",
		"MOBILE_API_REQUIREMENTS_METADATA_FILE=mds.jwt":       "mobile_api.requirements.metadata_file",
		"TRUSTED_PROXIES=10.0.0.1":                            "trusted_proxies: [0]: must be a network",
		"LIMITS_REQUESTS=-1":                                  "limits: connections and requests",
		"LIMITS_BURST=5":                                      "limits: burst",
		"PUSHGW_CONCURRENCY=-1":                               "pushgw: concurrency",
		"PUSHGW_FCM=[{app: x}]":                               "pushgw: fcm[0].credentials_file",
		"PUSHGW_HUAWEI=[{app: x}]":                            "pushgw: huawei[0].client_id",
		"PUSHGW_WEBPUSH_ALLOW_PRIVATE=10.0.0.0/8":             "pushgw: webpush.subscriber",
		"WEBHOOKS_ALLOW_PRIVATE=10.0.0.0":                     "webhooks: allow_private[0]",
		"MOBILE_API_IOS_APPS=com.example":                     "mobile_api.ios_apps",
		"MOBILE_API_ANDROID_APPS=[{package: com.example}]":    "mobile_api.android_apps",
		"MOBILE_API_ANDROID_APPS=[{fingerprints: ['AB:CD']}]": "mobile_api.android_apps",
	} {
		t.Run(variable, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(file(t, least), []string{"JAWORT_" + variable})
			wantError(t, err, "config: "+key)
		})
	}
}

func TestTheRelyingPartyIsTheExactHost(t *testing.T) {
	t.Parallel()
	for rp, fine := range map[string]bool{"phones.jawort.example": true, "jawort.example": false, "phones.jawort.example:443": false, "": true} {
		_, err := config.Load(file(t, least), []string{"JAWORT_MOBILE_API_PUBLIC_URL=https://phones.jawort.example", "JAWORT_MOBILE_API_RP_ID=" + rp})
		if (err == nil) != fine {
			t.Errorf("%q: %v", rp, err)
		}
	}
}

func TestBehindAProxyPlainListeningIsFine(t *testing.T) {
	t.Parallel()
	c, err := config.Load(file(t, least), []string{"JAWORT_BEHIND_PROXY=true", "JAWORT_SERVER_LISTEN=:8080"})
	if err != nil || !c.ServerListen().BehindProxy || c.ServerListen().Addr != ":8080" {
		t.Errorf("%+v %v", c, err)
	}
}

func TestUnwiseSettingsSaySo(t *testing.T) {
	t.Parallel()
	for variables, key := range map[string]string{
		"SERVER_PUBLIC_URL=http://jawort.example":                                                "server.public_url",
		"MOBILE_API_PUBLIC_URL=http://phones.example":                                            "mobile_api.public_url",
		"MOBILE_API_ORIGINS=http://phones.example":                                               "mobile_api.origins",
		"SERVER_PUBLIC_URL=https://jawort.example DATABASE=sqlite:///x.db":                       "database",
		"SERVER_PUBLIC_URL=https://jawort.example REDIS=embedded":                                "redis",
		"REDIS=redis://:pw@redis.example:6379":                                                   "redis",
		"REDIS=redis+cluster://r1.example:7000,r2.example:7000":                                  "redis",
		"DATABASE=postgres://u:pw@db.example/jawort":                                             "database",
		"DATABASE=postgres://u:pw@db.example/jawort?sslmode=prefer":                              "database",
		"PUSHGW_WEBPUSH_SUBSCRIBER=a@b.example PUSHGW_WEBPUSH_ALLOW_PRIVATE=10.0.0.0/8":          "pushgw.webpush.allow_private",
		"PUSHGW_FCM=[{app:~x,credentials_file:~y,endpoint:~http://127.0.0.1}]":                   "pushgw.fcm",
		"PUSHGW_APNS=[{app:~x,key_file:~y,key_id:~k,team_id:~t,host:~https://127.0.0.1}]":        "pushgw.apns",
		"PUSHGW_HUAWEI=[{app:~x,client_id:~y,client_secret_file:~z,endpoint:~http://127.0.0.1}]": "pushgw.huawei",
		"WEBHOOKS_ALLOW_PRIVATE=10.0.0.0/8":                                                      "webhooks.allow_private",
		"BEHIND_PROXY=true ADMIN_LISTEN=:9090":                                                   "admin.listen",
		"MOBILE_API_REQUIREMENTS_ATTESTATION=any":                                                "mobile_api.requirements.attestation",
		"MOBILE_API_REQUIREMENTS_SCREEN_LOCK=false":                                              "mobile_api.requirements.screen_lock",
		"BEHIND_PROXY=true": "trusted_proxies",
	} {
		t.Run(variables, func(t *testing.T) {
			t.Parallel()
			environ := []string{}
			for _, v := range strings.Fields(variables) {
				environ = append(environ, "JAWORT_"+strings.ReplaceAll(v, "~", " "))
			}
			c, err := config.Load(file(t, least), environ)
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(c.Warnings(), "\n")
			if !strings.Contains(all, key+": ") || strings.Contains(all, "pw") {
				t.Errorf("warnings: %s", all)
			}
		})
	}
}

func TestSafeSettingsAreNotWarnedOf(t *testing.T) {
	t.Parallel()
	for _, variable := range []string{
		"REDIS=rediss://redis.example:6379", "REDIS=redis://127.0.0.1:6379", "DATABASE=postgres:///jawort?host=/run/postgresql",
		"MOBILE_API_REQUIREMENTS_ATTESTATION=hardware", "DATABASE=postgres://db.example/jawort?sslmode=verify-full", "REDIS=redis+cluster://localhost:7000,localhost:7001",
	} {
		c, err := config.Load(file(t, least), []string{"JAWORT_" + variable})
		if err != nil {
			t.Fatal(err)
		}
		if w := c.Warnings(); len(w) != 0 {
			t.Errorf("%s: %v", variable, w)
		}
	}
}

func TestTheLogIsAsItsSectionSays(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	config.Log{Level: "warn", Format: "text"}.Logger(&out).Info("quiet")
	config.Log{Level: "warn", Format: "text"}.Logger(&out).Warn("loud")
	config.Log{Level: "info", Format: "json"}.Logger(&out).Info("structured")
	if got := out.String(); strings.Contains(got, "quiet") || !strings.Contains(got, "msg=loud") || !strings.Contains(got, `"msg":"structured"`) {
		t.Errorf("got %s", got)
	}
}
