package docs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// referee stands between the parties and the real APIs, and compares all that is said with the file.
type referee struct {
	match    match
	anywhere operation
	hosts    map[string]string // face by host
	way      http.RoundTripper
	foul     func(format string, args ...any)

	mu   sync.Mutex
	seen map[string]map[string]bool // outcomes by operation
	told map[string]bool            // problems, as told
}

func newReferee(t *testing.T, doc *openapi3.T, foul func(format string, args ...any)) *referee {
	t.Helper()
	return &referee{
		match: newMatch(operationsOf(t, doc)), anywhere: anywhere(doc),
		hosts: map[string]string{}, way: lossy{&http.Transport{}}, foul: foul, seen: map[string]map[string]bool{}, told: map[string]bool{},
	}
}

// anywhere is what addresses answer that belong to no operation, and what any may answer.
func anywhere(doc *openapi3.T) operation {
	none := &openapi3.Operation{OperationID: "anywhere", Responses: openapi3.NewResponses(
		openapi3.WithStatus(http.StatusNotFound, doc.Components.Responses["NoSuchAddress"]),
		openapi3.WithStatus(http.StatusTooManyRequests, doc.Components.Responses["TooManyRequests"]),
		openapi3.WithStatus(http.StatusMethodNotAllowed, doc.Components.Responses["NoSuchMethod"]),
	)}
	return operation{Operation: none, route: &routers.Route{Spec: doc, PathItem: &openapi3.PathItem{}, Operation: none}}
}

// RoundTrip implements http.RoundTripper.
func (f *referee) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := drain(r.Body)
	if err != nil {
		return nil, err
	}
	passed := r.Clone(r.Context())
	passed.Body = io.NopCloser(bytes.NewReader(sent))
	resp, err := f.way.RoundTrip(passed)
	if err != nil {
		return nil, err
	}
	body, err := drain(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	f.judge(exchange{face: f.hosts[r.URL.Host], request: r, sent: sent, status: resp.StatusCode, header: resp.Header, body: body})
	return resp, nil
}

func drain(r io.ReadCloser) ([]byte, error) {
	if r == nil {
		return nil, nil
	}
	defer r.Close()
	return io.ReadAll(r)
}

// exchange is one request with its answer.
type exchange struct {
	face    string
	request *http.Request
	sent    []byte
	status  int
	header  http.Header
	body    []byte
}

func (f *referee) judge(e exchange) {
	o, params, ok := f.match.find(e.face, e.request)
	if !ok {
		o = f.anywhere
	}
	name := fmt.Sprintf("%s: %s %s → %d", o.OperationID, e.request.Method, e.request.URL.Path, e.status)
	input := &openapi3filter.RequestValidationInput{
		Request: e.request.Clone(e.request.Context()), PathParams: params, Route: o.route,
		Options: &openapi3filter.Options{AuthenticationFunc: authenticated, MultiError: true, RejectWhenRequestBodyNotSpecified: true, SkipSettingDefaults: true},
	}
	input.Request.Body = io.NopCloser(bytes.NewReader(e.sent))
	if e.status < 300 {
		if err := openapi3filter.ValidateRequest(e.request.Context(), input); err != nil {
			f.foul("%s, but the file does not know this request: %v", name, err)
		}
	}
	f.judgeAnswer(name, o, input, e)
	f.note(o.OperationID, e)
}

func (f *referee) judgeAnswer(name string, o operation, input *openapi3filter.RequestValidationInput, e exchange) {
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: e.status, Header: e.header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	answer.SetBodyBytes(e.body)
	if err := openapi3filter.ValidateResponse(e.request.Context(), answer); err != nil {
		f.foul("%s: %v\n%s", name, err, e.body)
		return
	}
	declared := o.Responses.Status(e.status).Value
	if len(declared.Content) == 0 && len(e.body) > 0 {
		f.foul("%s: a body that the file does not know: %s", name, e.body)
	}
	for header := range e.header {
		if !standard(header) && !slices.ContainsFunc(names(declared.Headers), func(n string) bool { return strings.EqualFold(n, header) }) {
			f.foul("%s: the file does not know the header %s", name, header)
		}
	}
}

func names(headers openapi3.Headers) []string {
	var all []string
	for name := range headers {
		all = append(all, name)
	}
	return all
}

// standard names what HTTP adds, what secures browsers, and what the file says of CORS for all calls.
func standard(header string) bool {
	return strings.HasPrefix(header, "Access-Control-") || slices.Contains([]string{
		"Date", "Content-Length", "Content-Type", "Cache-Control", "Vary", "Connection", "Upgrade", "Sec-Websocket-Accept",
		"X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy", "Strict-Transport-Security",
	}, header)
}

// authenticated reports what the file asks for and the request lacks.
func authenticated(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	h := in.RequestValidationInput.Request.Header
	starts := map[string]string{"apiKey": "Bearer jw_", "ticket": "Bearer jt_", "installationToken": "DPoP jwi_"}
	want, known := starts[in.SecuritySchemeName]
	switch {
	case known && strings.HasPrefix(h.Get("Authorization"), want):
		return nil
	case in.SecuritySchemeName == "proof" && h.Get("DPoP") != "", in.SecuritySchemeName == "twilioSignature" && h.Get("X-Twilio-Signature") != "":
		return nil
	}
	return in.NewError(errors.New("the request lacks it"))
}

// problem is what is constant in a refusal.
type problem struct {
	Type, Title, Detail string
	Status              int
}

func (p problem) String() string {
	return fmt.Sprintf("%s (%d): %s: %s", p.Type, p.Status, p.Title, p.Detail)
}

func outcomeOf(e exchange) string {
	var p problem
	if e.status < 400 || json.Unmarshal(e.body, &p) != nil {
		return strconv.Itoa(e.status)
	}
	return strconv.Itoa(e.status) + " " + strings.TrimPrefix(p.Type, problemPrefix)
}

func (f *referee) note(operation string, e exchange) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen[operation] == nil {
		f.seen[operation] = map[string]bool{}
	}
	f.seen[operation][outcomeOf(e)] = true
	var p problem
	if e.status >= 400 && json.Unmarshal(e.body, &p) == nil {
		f.told[p.String()] = true
	}
}

func (f *referee) saw(operation, outcome string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen[operation][outcome]
}
