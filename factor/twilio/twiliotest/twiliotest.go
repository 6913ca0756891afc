// Package twiliotest stands in for Twilio in tests: the Messages resource of its API (2010-04-01) with its rules and numbered
// errors, and signed callbacks. It shares no code with Twilio's library.
//
// Numbers of the form +1500555… behave as Twilio's own test numbers do; beyond those, what happens is said by Do.
package twiliotest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The account that is known.
const (
	AccountSID = "AC00000000000000000000000000000001"
	AuthToken  = "0123456789abcdef0123456789abcdef"
	From       = "+4915100000000"
)

// Message is one that was taken.
type Message struct {
	SID            string
	To, From, Body string
	StatusCallback string
	ValidityPeriod int
	ServiceSID     string
}

// Twilio is a running stand-in.
type Twilio struct {
	URL string
	t   testing.TB

	mu    sync.Mutex
	taken []Message
	do    http.HandlerFunc
}

// Start starts a stand-in that lives as long as the test.
func Start(t testing.TB) *Twilio {
	f := &Twilio{t: t}
	server := httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

// Do answers the next request in place of the API.
func (f *Twilio) Do(h http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.do = h
}

// Taken returns the messages that were taken so far.
func (f *Twilio) Taken() []Message {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.taken)
}

func (f *Twilio) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	do := f.do
	f.do = nil
	f.mu.Unlock()
	if do != nil {
		do(w, r)
		return
	}
	user, password, _ := r.BasicAuth()
	switch {
	case user != AccountSID || password != AuthToken:
		Fail(w, http.StatusUnauthorized, 20003, "Authenticate")
	case r.URL.Path != "/2010-04-01/Accounts/"+AccountSID+"/Messages.json":
		Fail(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
	case r.Method != http.MethodPost:
		Fail(w, http.StatusMethodNotAllowed, 20004, "Method not allowed")
	default:
		f.create(w, r)
	}
}

// parameters of the Messages resource that we use.
var parameters = []string{"To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod"}

var (
	number  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	sender  = regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11})$`)
	service = regexp.MustCompile(`^MG[0-9a-f]{32}$`)
)

func (f *Twilio) create(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		Fail(w, http.StatusBadRequest, 20001, "Bad request")
		return
	}
	for name := range r.PostForm {
		if !slices.Contains(parameters, name) || len(r.PostForm[name]) != 1 {
			f.t.Errorf("the Messages resource does not expect %s", name)
		}
	}
	m := Message{
		To: r.PostForm.Get("To"), From: r.PostForm.Get("From"), Body: r.PostForm.Get("Body"),
		ServiceSID: r.PostForm.Get("MessagingServiceSid"), StatusCallback: r.PostForm.Get("StatusCallback"),
	}
	m.ValidityPeriod, _ = strconv.Atoi(r.PostForm.Get("ValidityPeriod"))
	if code, status := judge(m); code != 0 {
		Fail(w, status, code, "The 'To' number "+m.To+" is not what it should be: "+m.Body)
		return
	}
	f.keep(&m)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	writeJSON(w, map[string]any{
		"sid": m.SID, "account_sid": AccountSID, "api_version": "2010-04-01", "body": m.Body, "to": m.To, "from": m.From,
		"status": "queued", "num_segments": "1", "num_media": "0", "direction": "outbound-api", "error_code": nil, "error_message": nil,
		"price": nil, "price_unit": "USD", "date_created": "Wed, 25 Nov 2026 12:00:00 +0000", "date_sent": nil,
		"uri": "/2010-04-01/Accounts/" + AccountSID + "/Messages/" + m.SID + ".json", "subresource_uris": map[string]any{"media": "/x"},
	})
}

func (f *Twilio) keep(m *Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m.SID = fmt.Sprintf("SM%032x", len(f.taken)+1)
	f.taken = append(f.taken, *m)
}

// judge returns the numbered error of a message, with its status.
func judge(m Message) (code, status int) {
	switch {
	case !number.MatchString(m.To) || m.To == "+15005550001":
		return 21211, http.StatusBadRequest
	case m.From == "" && m.ServiceSID == "":
		return 21603, http.StatusBadRequest
	case m.From != "" && !sender.MatchString(m.From), m.ServiceSID != "" && !service.MatchString(m.ServiceSID):
		return 21212, http.StatusBadRequest
	case m.Body == "":
		return 21602, http.StatusBadRequest
	case len(m.Body) > 1600:
		return 21617, http.StatusBadRequest
	case !callback(m.StatusCallback):
		return 21609, http.StatusBadRequest
	case m.ValidityPeriod < 1 || m.ValidityPeriod > 36000:
		return 21621, http.StatusBadRequest
	}
	return map[string]int{
		"+15005550002": 21612, "+15005550003": 21408, "+15005550004": 21610, "+15005550008": 21611, "+15005550009": 21614,
	}[m.To], http.StatusBadRequest
}

func callback(s string) bool {
	u, err := url.Parse(s)
	return err == nil && strings.HasPrefix(u.Scheme, "http") && u.Host != "" && !strings.Contains(u.Host, "_")
}

// Fail writes a numbered error as Twilio does, with a text that repeats what it is about.
func Fail(w http.ResponseWriter, status, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	writeJSON(w, map[string]any{"code": code, "message": message, "more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code), "status": status})
}

func writeJSON(w http.ResponseWriter, v any) {
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}
