package attack_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/phone"
	ledgers "github.com/jawort/jawort/store/ledger"
)

// settled is a tenant with everything in it.
type settled struct {
	*house
	tenant      account.Tenant
	application account.Application
	key         string                   // all scopes
	narrow      map[account.Scope]string // keys of one scope each
	sibling     string                   // all scopes, of another application of the tenant
	ids         map[string]string        // of one thing of each kind
	tickets     map[string]string        // by the kind of the approval
	phone       tapped
	marks       []string // that nobody else may read
}

// settle makes a tenant with one of everything; of a name no other tenant may have a part.
func (h *house) settle(name string) *settled {
	h.Helper()
	s := &settled{house: h, tenant: h.newTenant(name + " Ltd"), narrow: map[account.Scope]string{}, ids: map[string]string{}, tickets: map[string]string{}}
	s.application = h.newApplication(s.tenant.ID, name+" Portal", 2)
	sibling := h.newApplication(s.tenant.ID, name+" Shop", 2)
	s.key, s.sibling = h.newKey(s.application.ID, account.Scopes...), h.newKey(sibling.ID, account.Scopes...)
	for _, scope := range account.Scopes {
		s.narrow[scope] = h.newKey(s.application.ID, scope)
	}
	s.ids["account"], s.ids["manager"], s.ids["newcomer"] = name+"-4711", name+"-1000", name+"-0001"
	s.ids["group"], s.ids["application"], s.ids["session"] = name+" brokers", s.application.Name, name+"-session"
	s.addAccounts(name)
	s.addPhone(name)
	s.addMethods()
	s.addLogins()
	s.addEnrolments()
	s.addMoney()
	s.addWebhook()
	s.addNews()
	for kind, one := range s.ids {
		if kind != "page" { // made of ids
			s.marks = append(s.marks, one)
		}
	}
	s.marks = append(s.marks, s.tenant.ID, s.application.ID, name+" ", name+"@")
	return s
}

func (s *settled) addAccounts(name string) {
	s.Helper()
	ctx, store := s.Context(), s.process.Lasting()
	group, err := store.PutGroup(ctx, store.Writes(), account.Group{
		ID: s.newID(id.Group), Tenant: s.tenant.ID, Name: s.ids["group"],
		Policy: account.GroupPolicy{Interval: account.Interval{Max: 1, Default: 1}, SMS: account.SMS{Switch: account.SwitchOn}},
	})
	s.must(err)
	s.ids["group id"], s.ids["application id"] = group.ID, s.application.ID
	text := func(t string) *string { return &t }
	for _, login := range []string{s.ids["manager"], s.ids["account"], s.ids["newcomer"]} {
		change := client.AccountChange{Label: text(name + " Office"), Phone: text("+4915123450000"), Email: text(name + "@example.com"), Group: text(s.ids["group"])}
		if login != s.ids["manager"] {
			change.Manager = text(s.ids["manager"])
		}
		_, err := s.client(s.key).ChangeAccount(ctx, login, change)
		s.must(err)
	}
}

func (s *settled) addPhone(name string) {
	s.Helper()
	t := &tap{}
	s.phone = tapped{s.enrol(s.client(s.key), s.ids["account"], name+" Holder", &http.Client{Transport: t}), t}
	s.ids["device"] = s.phone.Logins()[0].Device
}

func (s *settled) addMethods() {
	s.Helper()
	at := "/v1/accounts/" + s.ids["account"]
	s.get(s.key, "POST", at+"/methods/totp", `{}`)
	s.get(s.key, "POST", at+"/methods/email", `{}`)
	s.get(s.key, "POST", at+"/recovery-codes", "")
	s.get(s.key, "POST", at+"/bypass-codes", `{"reason":"lost phone","expires_in":3600}`)
	s.ids["passkey"] = s.newID(id.Passkey)
	s.sql(`INSERT INTO passkeys (id, credential, account, application, rp_id, label, public_key, sign_count, backup_eligible, backed_up, attestation, created_at)
		SELECT $1, $2, a.id, $3, 'login.example', '', $2, 0, FALSE, FALSE, '', 1 FROM accounts a WHERE a.tenant = $4 AND a.external_id = $5`,
		s.ids["passkey"], []byte(s.ids["passkey"]), s.application.ID, s.tenant.ID, s.ids["account"])
}

// addLogins confirms one, whose browser is trusted then, and has two wait: one for a phone, one to be the first of an account.
func (s *settled) addLogins() {
	s.Helper()
	ctx, c := s.Context(), s.client(s.key)
	browser := client.Browser{IP: "203.0.113.9", UserAgent: "Mozilla/5.0"}
	done, err := c.CreateApproval(ctx, client.Request{Account: s.ids["account"], Browser: browser})
	s.must(err)
	_, err = s.phone.Decide(ctx, s.item(s.phone.Phone, done.ID), phone.Approve, done.Number)
	s.must(err)
	done, err = c.Approval(ctx, done.ID)
	s.must(err)
	s.ids["trust"], browser.TrustToken = done.TrustToken, done.TrustToken
	let, err := c.CreateApproval(ctx, client.Request{Account: s.ids["account"], Browser: browser})
	s.must(err)
	if let.Status != client.Approved {
		s.Fatalf("a trusted browser: %+v", let)
	}
	list, err := c.TrustedBrowsers(ctx, s.ids["account"])
	s.must(err)
	s.ids["browser"], s.ids["ended"] = list[0].ID, done.ID
	for kind, login := range map[string]string{"approval": s.ids["account"], "first": s.ids["newcomer"]} {
		a, err := c.CreateApproval(ctx, client.Request{
			Account: login, ExpiresIn: 10 * time.Minute, Browser: client.Browser{IP: "203.0.113.9", UserAgent: "Mozilla/5.0", Session: s.ids["session"]},
		})
		s.must(err)
		s.ids[kind], s.tickets[kind] = a.ID, a.Socket.Ticket
	}
}

func (s *settled) addEnrolments() {
	s.Helper()
	e, err := s.client(s.key).Enrol(s.Context(), client.NewEnrolment{Account: s.ids["account"], Authorize: client.ByOperator, Reason: "came in"})
	s.must(err)
	s.ids["enrolment"] = e.ID
	_, code, _ := strings.Cut(e.Link, "#")
	s.ids["link"] = code
	s.ids["page enrolment"] = s.get(s.tickets["first"], "POST", "/v1/approvals/"+s.ids["first"]+"/enrolments", "")["id"].(string)
	s.get(s.key, "POST", "/v1/invitations", fmt.Sprintf(`{"accounts":[%q]}`, s.ids["newcomer"]))
}

// addMoney prices SMS and charges some.
func (s *settled) addMoney() {
	s.Helper()
	ctx, store := s.Context(), s.process.Lasting()
	s.get(s.key, "PUT", "/v1/sms/settings", fmt.Sprintf(
		`{"time_zone":"Europe/Berlin","prices":{"+49":"0.10"},"budgets":[{"scope":"group","subject":%q,"period":"month","limit":"50"}]}`, s.ids["group id"]))
	book := &ledgers.Store{DB: store.DB, Keys: s.keys}
	for _, login := range []string{s.ids["account"], s.ids["manager"]} {
		a, err := store.Account(ctx, s.tenant.ID, login)
		s.must(err)
		r := ledger.Reservation{Message: s.newID(id.Message), Tenant: s.tenant.ID, Application: s.application.ID, Account: a.ID, Payer: a.ID, Number: "+4915112345678"}
		s.must(store.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
			if err := book.Reserve(ctx, tx, r); err != nil {
				return err
			}
			return book.Settle(ctx, tx, r.Message, courier.Sent)
		}))
	}
	quarter := ledger.QuarterOf(s.now(), time.UTC).String()
	s.ids["page"] = s.get(s.key, "GET", "/v1/usage?limit=1&quarter="+quarter, "")["next"].(string)
}

// addWebhook has a receiver told something, which is all that it ever asks for.
func (s *settled) addWebhook() {
	s.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Cleanup(receiver.Close)
	s.ids["webhook"] = s.get(s.key, "POST", "/v1/webhooks", fmt.Sprintf(`{"url":%q,"events":["budget.alarm"]}`, receiver.URL))["id"].(string)
	at := "/v1/webhooks/" + s.ids["webhook"]
	s.ids["delivery"] = s.get(s.key, "POST", at+"/test", "")["id"].(string)
	s.await(func() bool {
		list, _ := s.get(s.key, "GET", at+"/deliveries?state=delivered", "")["deliveries"].([]any)
		return len(list) == 1
	})
}

// addNews announces a way back, of which the phone is told, and waits until all has been told and written down.
func (s *settled) addNews() {
	s.Helper()
	r, err := s.client(s.key).AnnounceRecovery(s.Context(), s.ids["account"], "the phone is lost")
	s.must(err)
	s.ids["recovery"] = r.ID
	s.await(func() bool {
		news, err := s.phone.Notices(s.Context())
		s.must(err)
		if len(news) > 0 {
			s.ids["notice"] = news[0].ID
		}
		return len(news) > 0
	})
	s.await(func() bool {
		list := s.get(s.key, "GET", "/v1/audit?limit=1&kind=recovery.announced", "")
		entries, _ := list["entries"].([]any)
		return len(entries) > 0
	})
}

const patience = 30 * time.Second

// await looks again until something holds.
func (h *house) await(holds func() bool) {
	h.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(patience); !holds(); <-tick.C {
		if time.Now().After(late) {
			h.Fatal("it did not come in time")
		}
	}
}
