package usage_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/usage"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/ledger"
)

// world is the feature on a database of its own, with one tenant.
type world struct {
	*testing.T
	db        *db.DB
	directory *lasting.Store
	ledger    *ledger.Store
	url       string
	tenant    tenant
}

// tenant is one with its application, a key of all scopes, and a number of messages.
type tenant struct{ id, app, key string }

func newWorld(t *testing.T) *world {
	t.Helper()
	d := dbtest.Open(t, "sqlite::memory:")
	set, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: d, directory: &lasting.Store{DB: d}, ledger: &ledger.Store{DB: d, Keys: set}}
	w.serve(w.ledger)
	w.tenant = w.newTenant()
	return w
}

// serve answers from now on with these reports.
func (w *world) serve(reports usage.Reports) {
	mux := edge.NewMux(edge.Options{Service: "server", Log: slog.New(slog.DiscardHandler), Random: rand.Reader, Now: time.Now})
	usage.Feature{Guards: guard.Guards{Credentials: w.directory, Now: time.Now}, Reports: reports, Settings: w.ledger}.Mount(mux)
	server := httptest.NewServer(mux)
	w.Cleanup(server.Close)
	w.url = server.URL
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) newID(prefix string) string {
	w.Helper()
	s, err := id.New(rand.Reader, prefix)
	w.must(err)
	return s
}

func (w *world) newTenant() tenant {
	w.Helper()
	t := tenant{id: w.newID(id.Tenant), app: w.newID(id.Application)}
	w.must(w.directory.CreateTenant(w.Context(), account.Tenant{ID: t.id, Name: "Muster Makler AG"}))
	w.must(w.directory.CreateApplication(w.Context(), account.Application{ID: t.app, Tenant: t.id, Name: "Portal"}))
	t.key = w.newKey(t, account.Scopes...)
	return t
}

func (w *world) newKey(t tenant, scopes ...account.Scope) string {
	w.Helper()
	secret, err := account.NewSecret(rand.Reader)
	w.must(err)
	w.must(w.directory.CreateKey(w.Context(), account.Key{ID: w.newID(id.Key), Application: t.app, Scopes: scopes, Hash: account.HashSecret(secret)}))
	return secret
}

func (w *world) newAccount(t tenant, login string) string {
	w.Helper()
	a, _, err := w.directory.PutAccount(w.Context(), account.Account{ID: w.newID(id.Account), Tenant: t.id, ExternalID: login})
	w.must(err)
	return a.ID
}

// sms sends messages to an account for a payer, and leaves them reserved where settled says so.
func (w *world) sms(n int, payer, to string, state courier.State) {
	w.Helper()
	for range n {
		r := domain.Reservation{Message: w.newID(id.Message), Tenant: w.tenant.id, Application: w.tenant.app, Account: to, Payer: payer, Number: "+4915112345678"}
		w.must(w.db.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
			if err := w.ledger.Reserve(ctx, tx, r); err != nil {
				return err
			}
			return w.ledger.Settle(ctx, tx, r.Message, state)
		}))
	}
}

// clock sets the database's clock.
func (w *world) clock(instant string) {
	w.Helper()
	at, err := time.Parse(time.RFC3339, instant)
	w.must(err)
	w.must(w.db.SetClockOffset(w.Context(), time.Until(at)))
}

const priced = `{"time_zone":"Europe/Berlin","prices":{"+49":"0.10"},"limits":{"number":["1000/1m"],"account":["1000/1m"]}}`

// furnish sets prices in the middle of a quarter.
func (w *world) furnish() {
	w.Helper()
	w.clock("2026-11-02T08:00:00Z")
	w.want(200, "PUT", "/v1/sms/settings", priced)
}

type answer struct {
	*http.Response
	body string
}

func (w *world) call(key, method, path, body string, headers ...string) (answer, error) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, w.url+path, strings.NewReader(body))
	w.must(err)
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	w.must(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp, string(b)}, err
}

// want calls with the tenant's key and checks the status.
func (w *world) want(status int, method, path, body string, headers ...string) answer {
	w.Helper()
	a, err := w.call(w.tenant.key, method, path, body, headers...)
	w.must(err)
	if a.StatusCode != status {
		w.Fatalf("%s %s: %d %s, want %d", method, path, a.StatusCode, a.body, status)
	}
	return a
}

// wantProblem checks a refusal, by its code or by the field that it names.
func (w *world) wantProblem(a answer, status int, code, field string) {
	w.Helper()
	var problem struct{ Type, Field string }
	w.must(json.Unmarshal([]byte(a.body), &problem))
	if a.StatusCode != status || problem.Type != "urn:jawort:problem:"+code || problem.Field != field {
		w.Errorf("answer is %d %s, want %d %s %s", a.StatusCode, a.body, status, code, field)
	}
}

type report struct {
	Quarter, From, Until string
	ExportedAt           string `json:"exported_at"`
	Next                 string
	Usage, Totals        []struct {
		Payer, Account, Amount, Currency string
		Messages, Reserved               int
		LateMessages                     int    `json:"late_messages"`
		LateAmount                       string `json:"late_amount"`
	}
}

func (w *world) report(query string) report {
	w.Helper()
	var r report
	w.must(json.Unmarshal([]byte(w.want(200, "GET", "/v1/usage?"+query, "").body), &r))
	return r
}

// lines returns the usage as text, one line for each.
func (r report) lines() []string {
	var all []string
	for _, u := range r.Usage {
		all = append(all, fmt.Sprintf("%s for %s: %d, %s %s", u.Payer, u.Account, u.Messages, u.Amount, u.Currency))
	}
	return all
}
