package pushtest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func newFakeHuawei(t *testing.T) *Huawei {
	t.Helper()
	h, err := NewHuawei("4711", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func TestHuaweisTokenEndpointGrantsOnlyToWhoKnowsTheSecret(t *testing.T) {
	t.Parallel()
	h := newFakeHuawei(t)
	for name, c := range map[string]struct {
		key, value string
		want       int
	}{
		"a good grant":     {"grant_type", "client_credentials", http.StatusOK},
		"another grant":    {"grant_type", "refresh_token", http.StatusBadRequest},
		"another client":   {"client_id", "109560376", http.StatusBadRequest},
		"another secret":   {"client_secret", "guessed", http.StatusBadRequest},
		"no secret at all": {"client_secret", "", http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := url.Values{"grant_type": {"client_credentials"}, "client_id": {HuaweiClientID}, "client_secret": {h.secret}}
			form.Set(c.key, c.value)
			resp, err := http.PostForm(h.Endpoint()+"/oauth2/v3/token", form)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != c.want {
				t.Errorf("answered %d, want %d", resp.StatusCode, c.want)
			}
		})
	}
}

const goodHuawei = `{"validate_only":false,"message":{"data":"{\"type\":\"approval\",\"id\":\"x\"}","token":["TOKEN"],"android":{
	"collapse_key":-1,"category":"ACCOUNT","ttl":"120s","urgency":"NORMAL","notification":{
	"title":"t","body":"b","tag":"x","importance":"NORMAL","click_action":{"type":3}}}}}`

func TestHuaweisMessageRules(t *testing.T) {
	t.Parallel()
	h := newFakeHuawei(t)
	h.bearers["good"], h.bearers["old"] = time.Now().Add(time.Hour), time.Now().Add(-time.Second)
	alive, gone := h.NewToken(), h.NewToken()
	h.Uninstall(gone)
	for name, c := range map[string]struct {
		old, new, bearer, project, want string
	}{
		"all is well":                        {want: "80000000"},
		"all is well, as data alone":         {old: goodHuawei, new: `{"message":{"data":"x","token":["TOKEN"]}}`, want: "80000000"},
		"a bearer that has ended":            {bearer: "old", want: "80200003"},
		"a bearer of nobody's":               {bearer: "guessed", want: "80200001"},
		"another project":                    {project: "4712", want: "80300002"},
		"a member of no message":             {old: `"data"`, new: `"date"`, want: "80100003"},
		"no JSON":                            {old: `{"validate_only"`, new: `{validate_only`, want: "80100003"},
		"more behind it":                     {old: `"type":3}}}}}`, new: `"type":3}}}}}{}`, want: "80100003"},
		"no token":                           {old: `"TOKEN"`, new: ``, want: "80300010"},
		"an empty token":                     {old: `TOKEN`, new: ``, want: "80100001"},
		"1001 tokens":                        {old: `"TOKEN"`, new: strings.Repeat(`"x",`, 1000) + `"x"`, want: "80300010"},
		"no title":                           {old: `"title":"t",`, new: ``, want: "80100003"},
		"no click action":                    {old: `,"click_action":{"type":3}`, new: ``, want: "80100003"},
		"a click that opens nothing":         {old: `{"type":3}`, new: `{"type":1}`, want: "80100003"},
		"data of a notification is no JSON":  {old: `{\"type\":\"approval\",\"id\":\"x\"}`, new: `x`, want: "80100003"},
		"a ttl of more than 15 days":         {old: `120s`, new: `1296001s`, want: "80100003"},
		"a ttl in minutes":                   {old: `120s`, new: `2m`, want: "80100003"},
		"a ttl of nothing":                   {old: `120s`, new: `0s`, want: "80100004"},
		"a collapse key of 101":              {old: `-1`, new: `101`, want: "80100013"},
		"an urgency that nobody granted":     {old: `"urgency":"NORMAL"`, new: `"urgency":"HIGH"`, want: "80300011"},
		"an importance that there is not":    {old: `"importance":"NORMAL"`, new: `"importance":"HIGH"`, want: "80100003"},
		"a category that there is not":       {old: `ACCOUNT`, new: `LOGIN`, want: "80100003"},
		"more than 4096 bytes":               {old: `"body":"b"`, new: `"body":"` + strings.Repeat("b", 4096) + `"`, want: "80300008"},
		"an uninstalled app":                 {old: `TOKEN`, new: gone, want: "80300007"},
		"a token of nobody's":                {old: `TOKEN`, new: "guessed", want: "80300007"},
		"one of two tokens is of an old app": {old: `"TOKEN"`, new: `"TOKEN","` + gone + `"`, want: "80100000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := strings.ReplaceAll(strings.Replace(goodHuawei, c.old, c.new, 1), "TOKEN", alive)
			if got := h.posted(t, cmp.Or(c.project, "4711"), cmp.Or(c.bearer, "good"), body); got != c.want {
				t.Errorf("answered %s, want %s", got, c.want)
			}
		})
	}
}

func (h *Huawei) posted(t *testing.T, project, bearer, body string) (code string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.Endpoint()+"/v2/"+project+"/messages:send", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Code string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Code
}
