package docs_test

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/docs"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/phone"
)

// requests is how many a stranger makes in one house.
const requests = 150

// FuzzBothAPIsKeepTheContract has a stranger make requests of what the file describes: as it describes them, and bent. The seed says which, and
// each has a house of its own. Whatever is asked, the answer is one that the file knows for it, no fault of ours comes to light, and what is
// refused has changed nothing.
func FuzzBothAPIsKeepTheContract(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { newStranger(t, seed).visit() })
}

// What a stranger asks must get further than to the door, or it would prove nothing.
func TestAStrangerBringsAboutMostOfWhatTheFileDescribes(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	succeeded, refused := map[string]bool{}, map[string]bool{}
	t.Run("visits", func(t *testing.T) {
		for seed := range uint64(12) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				s := newStranger(t, 1000+seed)
				s.visit()
				mu.Lock()
				defer mu.Unlock()
				for operation, outcomes := range s.referee.seen {
					for outcome := range outcomes {
						succeeded[operation] = succeeded[operation] || outcome < "3"
						refused[outcome] = refused[outcome] || outcome > "4"
					}
				}
			})
		}
	})
	all := operationsOf(t, theFile())
	var never []string
	for _, o := range all {
		if !succeeded[o.OperationID] {
			never = append(never, o.OperationID)
		}
	}
	if len(never) > len(all)/3 {
		t.Errorf("%d of %d operations were never let through: %s", len(never), len(all), strings.Join(never, ", "))
	}
	for _, outcome := range []string{"400 invalid-json", "401 unauthorized", "405 method-not-allowed", "413 too-large", "415 unsupported-media-type", "422 invalid-request"} {
		if !refused[outcome] {
			t.Errorf("nobody was refused with %s", outcome)
		}
	}
}

// theFile is openapi.yaml, read once.
var theFile = sync.OnceValue(func() *openapi3.T {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(docs.OpenAPI))
	if err != nil {
		panic(err) // load says what is wrong with it
	}
	return doc
})

// stranger makes requests of a house with people in it.
type stranger struct {
	*house
	*rand.Rand
	operations []operation
	known      known
	carrier    *phone.Phone // of whose proofs the phone API hears
	witness    *witness
}

// never is a clock for the parts in the background, which would change rows between two counts.
func never(time.Duration) (<-chan time.Time, func()) { return nil, func() {} }

func newStranger(t *testing.T, seed uint64) *stranger {
	t.Helper()
	h := &house{T: t, doc: theFile(), tick: never}
	w := &witness{seed: seed}
	foul := func(format string, args ...any) {
		t.Helper()
		t.Errorf("seed %d, request %d (%s): "+format, append([]any{seed, w.count, w.last}, args...)...)
	}
	h.referee = newReferee(t, h.doc, foul)
	h.open("sqlite::memory:", config.Embedded, mail)
	s := &stranger{house: h, Rand: rand.New(rand.NewPCG(seed, 47)), operations: operationsOf(t, h.doc), known: known{}, witness: w}
	w.referee, w.known, w.rows = h.referee, s.known, s.reader()
	h.http.Transport, h.http.Timeout = w, hang
	s.furnish()
	s.people()
	s.carrier = s.enrol(logins[0], "Anna")
	s.questions()
	return s
}

// logins are accounts of which a stranger may have heard. The last is of nobody.
var logins = []string{"AB1234", "CD5678", "EF/90 Ü", "XY0000"}

// people fills the house.
func (s *stranger) people() {
	s.Helper()
	ctx, store := s.Context(), s.process.Lasting()
	_, err := store.PutGroup(ctx, store.Writes(), account.Group{
		ID: s.newID(id.Group), Tenant: s.tenant.ID, Name: "customers", Policy: account.GroupPolicy{
			Interval: account.Interval{Max: 7, Default: 1}, Remember: true, SMS: account.SMS{Switch: account.SwitchOn},
		},
	})
	s.must(err)
	for _, login := range logins[:3] {
		s.say("201", http.MethodPut, s.url+"/v1/accounts/"+escape(login), `{"label":"Depot","group":"customers","email":"anna@example.com"}`, bearer(s.key))
	}
	s.known.learn("login", logins...)
}

// questions are asked of who has a phone, and of who has nothing yet.
func (s *stranger) questions() {
	s.Helper()
	prices := `{"prices":{"+49":"0.10"}}`
	s.say("200", http.MethodPut, s.url+"/v1/sms/settings", prices, bearer(s.key))
	s.say("201", http.MethodPost, s.url+"/v1/webhooks", `{"url":"https://portal.example/hook"}`, bearer(s.key))
	for _, login := range []string{logins[0], logins[0], logins[1]} {
		body := `{"account":"` + login + `","browser":{"ip":"203.0.113.9"},"expires_in":600}`
		s.say("201", http.MethodPost, s.url+"/v1/approvals", body, bearer(s.key))
	}
}

func (s *stranger) visit() {
	for range requests {
		s.ask(s.wish())
	}
}
