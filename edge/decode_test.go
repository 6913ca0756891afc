package edge_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

type order struct {
	Account string    `json:"account"`
	Digits  int       `json:"digits"`
	Open    *bool     `json:"open"`
	Tags    []string  `json:"tags"`
	At      time.Time `json:"at"`
	Browser struct {
		IP string `json:"ip"`
	} `json:"browser"`
	By map[string][]*struct {
		N int `json:"n"`
	} `json:"by"`
}

func (o *order) Validate() error {
	if o.Account == "nobody" {
		return refusal.Field("account", "must be somebody")
	}
	return nil
}

func taking(decode func(*http.Request) (order, error)) rig {
	g := newRig()
	g.Handle("POST /x", edge.Public, func(w http.ResponseWriter, r *http.Request) error {
		o, err := decode(r)
		if err != nil {
			return err
		}
		return edge.JSON(w, http.StatusOK, o.Account+"|"+o.Browser.IP)
	})
	return g
}

func TestAGoodBodyIsDecoded(t *testing.T) {
	t.Parallel()
	g := taking(edge.Decode[order])
	for _, body := range []string{
		`{"account":"4711","digits":2,"open":true,"tags":["a"],"browser":{"ip":"::1"}}`,
		" {\"account\":\"4711\",\"browser\":{\"ip\":\"::1\"}} \n",
		`{"account":"47\u0031\u0031","browser":{"ip":"::1"}}`,
		`{"account":"4711","browser":{"ip":"::1"},"by":{"a":[{"n":1}],"A":[],"b":[]}}`,
	} {
		if w := g.ask(post("/x", body)); w.Code != http.StatusOK || w.Body.String() != `"4711|::1"`+"\n" {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	if w := g.ask(post("/x", `{"account":"\ud83d\ude00 \\ud83d"}`)); w.Code != http.StatusOK {
		t.Errorf("a pair of surrogates and an escaped backslash: %d %s", w.Code, w.Body)
	}
}

func TestABadBodyIsRefusedWithWhatToMend(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
		field  string
		detail string
	}{
		"empty":                  {"", 400, "invalid-json", "", "empty"},
		"spaces":                 {" \n", 400, "invalid-json", "", "empty"},
		"cut off":                {`{"account":"47`, 400, "invalid-json", "", "byte 14"},
		"not JSON":               {`account=4711`, 400, "invalid-json", "", "byte 1"},
		"trailing data":          {`{"account":"4711"} {}`, 400, "invalid-json", "", "byte 20"},
		"an array":               {`[{"account":"4711"}]`, 400, "invalid-json", "", "object"},
		"nothing":                {`null`, 400, "invalid-json", "", "object"},
		"a string":               {`"4711"`, 400, "invalid-json", "", "object"},
		"bytes that are no text": {"{\"account\":\"\xff\"}", 400, "invalid-json", "", "UTF-8"},
		"half a character":       {`{"account":"\ud83d"}`, 400, "invalid-json", "", "UTF-8"},
		"the other half":         {`{"account":"\ude00\ud83d"}`, 400, "invalid-json", "", "UTF-8"},
		"unknown field":          {`{"account":"4711","colour":"red"}`, 422, "invalid-request", "colour", "is not a field"},
		"unknown inner field":    {`{"browser":{"colour":"red"}}`, 422, "invalid-request", "colour", "is not a field"},
		"inner other case":       {`{"browser":{"IP":"::1"}}`, 422, "invalid-request", "IP", "is not a field"},
		"inner twice":            {`{"browser":{"ip":"::1","ip":"::2"}}`, 422, "invalid-request", "ip", "more than once"},
		"twice in a map":         {`{"by":{"a":[{"n":1}],"a":[]}}`, 422, "invalid-request", "a", "more than once"},
		"twice in a list":        {`{"by":{"a":[{},{"n":1,"N":2}]}}`, 422, "invalid-request", "N", "more than once"},
		"null":                   {`{"open":null}`, 422, "invalid-request", "open", "must not be null"},
		"inner null":             {`{"browser":{"ip":null}}`, 422, "invalid-request", "ip", "must not be null"},
		"null in a map":          {`{"by":{"a":null}}`, 422, "invalid-request", "a", "must not be null"},
		"null in a list":         {`{"by":{"a":[{"n":1},null]}}`, 422, "invalid-request", "a", "must not be null"},
		"other case":             {`{"Account":"4711"}`, 422, "invalid-request", "Account", "is not a field"},
		"twice":                  {`{"account":"4711","account":"4712"}`, 422, "invalid-request", "account", "more than once"},
		"number for string":      {`{"account":4711}`, 422, "invalid-request", "account", "must be a string"},
		"string for number":      {`{"digits":"2"}`, 422, "invalid-request", "digits", "must be a whole number"},
		"number too large":       {`{"digits":1e99}`, 422, "invalid-request", "digits", "must be a whole number"},
		"string for bool":        {`{"open":"yes"}`, 422, "invalid-request", "open", "must be true or false"},
		"object for array":       {`{"tags":{}}`, 422, "invalid-request", "tags", "must be an array"},
		"array for object":       {`{"browser":[]}`, 422, "invalid-request", "browser", "must be an object"},
		"inner field":            {`{"browser":{"ip":7}}`, 422, "invalid-request", "browser.ip", "must be a string"},
		"a time that is none":    {`{"at":"yesterday"}`, 422, "invalid-request", "", "wrong form"},
		"what Validate refuses":  {`{"account":"nobody"}`, 422, "invalid-request", "account", "must be somebody"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := taking(edge.Decode[order])
			doc := wantProblem(t, g.ask(post("/x", c.body)), c.status, c.code)
			if got, _ := doc["field"].(string); got != c.field {
				t.Errorf("field %q, want %q", got, c.field)
			}
			if got := doc["detail"].(string); !strings.Contains(got, c.detail) || !strings.Contains(got, c.field) {
				t.Errorf("detail %q does not say %q", got, c.detail)
			}
		})
	}
}

func TestTheValueSentIsNeitherShownNorLogged(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"digits":987654.5}`, `{"at":"987654"}`, `{"account":"987654"`} {
		g := taking(edge.Decode[order])
		w := g.ask(post("/x", body))
		if strings.Contains(w.Body.String()+g.log.String(), "987654") {
			t.Errorf("%s: %s%s", body, w.Body, g.log.String())
		}
	}
}

func TestANewerCallerIsReadLeniently(t *testing.T) {
	t.Parallel()
	g := taking(edge.DecodeLenient[order])
	if w := g.ask(post("/x", `{"account":"4711","colour":{"r":1},"browser":{"hue":1},"open":null}`)); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	wantProblem(t, g.ask(post("/x", `{"account":"nobody"}`)), 422, "invalid-request")
	wantProblem(t, g.ask(post("/x", `{"account":7}`)), 422, "invalid-request")
	wantProblem(t, g.ask(post("/x", `{"account":"1","account":"2"}`)), 422, "invalid-request")
	wantProblem(t, g.ask(post("/x", `{"browser":{"ip":"::1","ip":"::2"}}`)), 422, "invalid-request")
	wantProblem(t, g.ask(post("/x", `{"browser":{"IP":"::1"}}`)), 422, "invalid-request")
}

func TestOnlyJSONIsTaken(t *testing.T) {
	t.Parallel()
	g := taking(edge.Decode[order])
	for contentType, status := range map[string]int{
		"": 415, "text/plain": 415, "application/x-www-form-urlencoded": 415, "application/json; charset=latin1": 415,
		"application/jsonp": 415, "application/json; charset=UTF-8": 200, "Application/JSON": 200,
	} {
		r := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(`{"account":"4711"}`))
		r.Header.Set("Content-Type", contentType)
		if w := g.ask(r); w.Code != status {
			t.Errorf("%q: %d %s", contentType, w.Code, w.Body)
		}
	}
}

func TestABodyOver64KiBIs413(t *testing.T) {
	t.Parallel()
	g := taking(edge.Decode[order])
	fill := func(size int) string {
		const head, tail = `{"account":"`, `"}`
		return head + strings.Repeat("a", size-len(head)-len(tail)) + tail
	}
	if w := g.ask(post("/x", fill(64<<10))); w.Code != http.StatusOK {
		t.Errorf("64 KiB: %d %s", w.Code, w.Body)
	}
	wantProblem(t, g.ask(post("/x", fill(64<<10+1))), http.StatusRequestEntityTooLarge, "too-large")
}

func TestALongFieldNameIsCut(t *testing.T) {
	t.Parallel()
	w := taking(edge.Decode[order]).ask(post("/x", `{"`+strings.Repeat("ä", 5000)+`":1}`))
	wantProblem(t, w, 422, "invalid-request")
	if w.Body.Len() > 1000 {
		t.Errorf("%d bytes", w.Body.Len())
	}
}

func FuzzDecodeNeverFails(f *testing.F) {
	for _, seed := range []string{`{}`, `{"account":"4711"}`, `{"at":"2026-01-01T00:00:00Z"}`, `{"account":"\ud83d\u`, `{"tags":[[`, "\x00", "", " ", `{"account":7}`, `{"at":"x"}`, `{"account":"\`, `{"account":"\ud83d`, `[]`, `null`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if w := taking(edge.Decode[order]).ask(post("/x", body)); w.Code >= 500 {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	})
}
