package config_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/config"
)

func TestTheLeastConfigurationStartsWithSafeDefaults(t *testing.T) {
	t.Parallel()
	c, err := config.Load(file(t, least), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	want.Database, want.Redis, want.KeysFile = "sqlite:///tmp/jawort.db", "embedded", "keys.json"
	want.Server.PublicURL, want.MobileAPI.PublicURL = "http://localhost:8080", "http://localhost:8081"
	want.MobileAPI.RPID, want.MobileAPI.Origins = "localhost", []string{"http://localhost:8081"}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	for _, addr := range []string{c.Server.Listen, c.MobileAPI.Listen, c.Admin.Listen} {
		if !strings.HasPrefix(addr, "127.0.0.1:") {
			t.Errorf("listens on %s", addr)
		}
	}
	if w := c.Warnings(); len(w) != 0 {
		t.Errorf("on one machine nothing is to be warned of: %v", w)
	}
}

func TestTheExampleLoadsAndShowsTheDefaults(t *testing.T) {
	t.Parallel()
	c, err := config.Load("../docs/examples/jawort.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := c.Warnings(); len(w) != 0 {
		t.Errorf("warnings: %v", w)
	}
	r := c.MobileAPI.PhoneRequirements()
	if !r.ScreenLock || !r.Notifications || r.MinOS["ios"] != "15.4" || r.MinOS["android"] != "7.0" {
		t.Errorf("requirements %+v", r)
	}
	if len(c.MobileAPI.AndroidApps) != 1 || len(c.MobileAPI.IOSApps) != 1 || len(c.MobileAPI.Origins) != 3 {
		t.Errorf("apps %+v", c.MobileAPI)
	}
}

func TestAWrongFileStopsTheStartAndIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		yaml string
		says []string
	}{
		"unknown key":         {"database: x\nretries: 3\n", []string{"jawort.yaml", "line 2", "retries is not a key"}},
		"unknown inner key":   {"server:\n  lisen: x\n", []string{"line 2", "server.lisen is not a key"}},
		"unknown key in list": {"mobile_api:\n  android_apps:\n  - pakage: x\n", []string{"line 3", "mobile_api.android_apps[0].pakage is not a key"}},
		"two unknown keys":    {"a: 1\nb: 2\n", []string{"line 1: a", "line 2: b"}},
		"twice":               {"redis: a\nredis: b\n", []string{"line 2", "redis is given twice"}},
		"text for a bool":     {"behind_proxy: perhaps\n", []string{"line 1", "behind_proxy must be true or false"}},
		"section for a text":  {"redis: {url: x}\n", []string{"line 1", "redis must be a text"}},
		"text for a section":  {"server: :8080\n", []string{"line 1", "server must be a section"}},
		"text for a list":     {"mobile_api:\n  origins: https://x\n", []string{"line 2", "mobile_api.origins must be a list"}},
		"text for apps":       {"mobile_api:\n  android_apps: com.x\n", []string{"line 2", "mobile_api.android_apps must be a list"}},
		"a list":              {"- database\n", []string{"line 1", "the file must be a section"}},
		"two documents":       {"redis: a\n---\nredis: b\n", []string{"more than one document"}},
		"not YAML":            {"redis: [\n", []string{"yaml: line"}},
		"merge keys":          {"x: &x {listen: a}\nserver:\n  <<: *x\n", []string{"x is not a key", "server.<< is not a key"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(file(t, c.yaml), nil)
			wantError(t, err, c.says...)
		})
	}
}

func TestAWrongValueIsNotRepeated(t *testing.T) {
	t.Parallel()
	for _, yaml := range []string{
		"behind_proxy: hunter2\n", "database: mysql://jawort:hunter2@db\n", "redis: http://:hunter2@redis\n",
		"redis: [hunter2]\n", "server: hunter2\n", "server: {public_url: 'https://u:hunter2@x'}\n",
	} {
		_, err := config.Load(file(t, yaml), nil)
		wantError(t, err)
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", yaml, err)
		}
	}
}

func TestAMissingFileStopsTheStart(t *testing.T) {
	t.Parallel()
	_, err := config.Load(t.TempDir()+"/nowhere.yaml", nil)
	wantError(t, err, "nowhere.yaml", "JAWORT_CONFIG or --config names it", "docs/examples/jawort.yaml")
}

func TestAnEmptyKeyKeepsItsDefault(t *testing.T) {
	t.Parallel()
	c, err := config.Load(file(t, least+"log:\nadmin:\n  listen:\n"), nil)
	if err != nil || c.Log.Level != "info" || c.Admin.Listen != "127.0.0.1:9090" {
		t.Errorf("%+v %v", c, err)
	}
}

func TestTheEnvironmentCanStandAlone(t *testing.T) {
	t.Parallel()
	c, err := config.Load("", []string{
		"HOME=/root", "JAWORT_DATABASE=sqlite::memory:", "JAWORT_REDIS=embedded", "JAWORT_KEYS_FILE=keys.json",
		"JAWORT_BEHIND_PROXY=true", "JAWORT_SERVER_LISTEN=:8080", "JAWORT_SERVER_PUBLIC_URL=https://jawort.example",
		"JAWORT_MOBILE_API_PUBLIC_URL=https://phones.example:443", "JAWORT_MOBILE_API_REQUIREMENTS_SCREEN_LOCK=false",
		"JAWORT_MOBILE_API_REQUIREMENTS_MIN_OS_IOS=17", "JAWORT_MOBILE_API_REQUIREMENTS_MIN_OS_ANDROID=",
		"JAWORT_MOBILE_API_IOS_APPS=ABCDE12345.a.b, ABCDE12345.c.d",
		"JAWORT_MOBILE_API_ANDROID_APPS=[{package: a.b, fingerprints: ['" + strings.Repeat("AB:", 31) + "CD']}]",
	})
	if err != nil {
		t.Fatal(err)
	}
	if !c.BehindProxy || c.Server.Listen != ":8080" || c.MobileAPI.Requirements.ScreenLock {
		t.Errorf("%+v", c)
	}
	if r := c.MobileAPI.PhoneRequirements(); len(r.MinOS) != 1 || r.MinOS["ios"] != "17" {
		t.Errorf("%+v", r)
	}
	if !slices.Equal(c.MobileAPI.IOSApps, []string{"ABCDE12345.a.b", "ABCDE12345.c.d"}) || c.MobileAPI.AndroidApps[0].Package != "a.b" {
		t.Errorf("%+v", c.MobileAPI)
	}
	if c.MobileAPI.RPID != "phones.example" || !slices.Equal(c.MobileAPI.Origins, []string{"https://phones.example"}) {
		t.Errorf("%+v", c.MobileAPI)
	}
}

func TestTheLinksOfAKubernetesServiceAreNotConfiguration(t *testing.T) {
	t.Parallel()
	_, err := config.Load(file(t, least), []string{
		"JAWORT_SERVICE_HOST=10.0.0.1", "JAWORT_SERVICE_PORT=8080", "JAWORT_SERVICE_PORT_HTTP=8080", "JAWORT_MOBILE_API_SERVICE_HOST=10.0.0.2", "JAWORT_SERVER_PORT=tcp://10.0.0.1:8080", "JAWORT_PORT=tcp://10.0.0.1:8080",
		"JAWORT_PORT_8080_TCP=tcp://10.0.0.1:8080", "JAWORT_PORT_8080_TCP_ADDR=10.0.0.1", "JAWORT_PORT_8080_TCP_PORT=8080", "JAWORT_PORT_8080_TCP_PROTO=tcp",
	})
	if err != nil {
		t.Error(err)
	}
	for _, name := range []string{"JAWORT_PORTS", "JAWORT_SERVICE", "JAWORT_SERVICE_HOSTS", "JAWORT_SERVICE_NAME", "JAWORT_SERVER_PORT", "JAWORT_PORT", "JAWORT_X_PORT_NAME"} {
		_, err := config.Load(file(t, least), []string{name + "=8080"})
		wantError(t, err, name+" does not belong to any key; see docs/examples/jawort.yaml for the names")
	}
}

func TestTheEnvironmentOverridesTheFileThatItMayName(t *testing.T) {
	t.Parallel()
	c, err := config.Load("", []string{"JAWORT_CONFIG=" + file(t, least), "JAWORT_LOG_LEVEL=debug"})
	if err != nil || c.Redis != "embedded" || c.Log.Level != "debug" {
		t.Errorf("%+v %v", c, err)
	}
}

func TestATextMayComeFromAFile(t *testing.T) {
	t.Parallel()
	c, err := config.Load(file(t, least), []string{"JAWORT_DATABASE_FILE=" + file(t, "postgres://jawort:pw@localhost/jawort\n")})
	if err != nil || c.Database != "postgres://jawort:pw@localhost/jawort" {
		t.Errorf("%+v %v", c, err)
	}
}

func TestAWrongVariableStopsTheStartAndIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		environ []string
		says    []string
	}{
		"unknown":           {[]string{"JAWORT_SERVER_LISEN=x"}, []string{"JAWORT_SERVER_LISEN does not belong"}},
		"a section":         {[]string{"JAWORT_SERVER=x"}, []string{"JAWORT_SERVER does not belong"}},
		"small letters":     {[]string{"JAWORT_redis=x"}, []string{"JAWORT_redis does not belong"}},
		"two":               {[]string{"JAWORT_A=x", "JAWORT_B=y"}, []string{"JAWORT_A", "JAWORT_B"}},
		"wrong value":       {[]string{"JAWORT_BEHIND_PROXY=perhaps"}, []string{"JAWORT_BEHIND_PROXY must be true or false"}},
		"no value":          {[]string{"JAWORT_BEHIND_PROXY="}, []string{"JAWORT_BEHIND_PROXY must be true or false"}},
		"wrong apps":        {[]string{"JAWORT_MOBILE_API_ANDROID_APPS=[{x: 1}]"}, []string{"JAWORT_MOBILE_API_ANDROID_APPS[0].x is not a key"}},
		"twice":             {[]string{"JAWORT_REDIS=embedded", "JAWORT_REDIS_FILE=/dev/null"}, []string{"JAWORT_REDIS and JAWORT_REDIS_FILE are both set"}},
		"file not there":    {[]string{"JAWORT_REDIS_FILE=/nowhere"}, []string{"JAWORT_REDIS_FILE", "/nowhere"}},
		"file for a bool":   {[]string{"JAWORT_BEHIND_PROXY_FILE=/dev/null"}, []string{"JAWORT_BEHIND_PROXY_FILE does not belong"}},
		"file for what not": {[]string{"JAWORT_X_FILE=/dev/null"}, []string{"JAWORT_X_FILE does not belong"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(file(t, least), c.environ)
			wantError(t, err, c.says...)
		})
	}
}

func TestEveryKeyHasOneVariable(t *testing.T) {
	t.Parallel()
	all := config.Variables()
	if len(all) != len(slices.Compact(slices.Clone(all))) {
		t.Errorf("two keys share a name: %v", all)
	}
	for _, name := range []string{"JAWORT_DATABASE", "JAWORT_DATABASE_FILE", "JAWORT_KEYS_FILE", "JAWORT_MOBILE_API_LISTEN"} {
		if !slices.Contains(all, name) {
			t.Errorf("%s is missing", name)
		}
	}
}
