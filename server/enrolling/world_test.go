package enrolling_test

import (
	"context"
	"crypto/rand"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server/confirming/confirmingtest"
	"github.com/jawort/jawort/server/enrolling"
	"github.com/jawort/jawort/server/ticket"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/outbox"
)

// byKey is a login service.
var byKey = outbox.Actor{Kind: outbox.ByKey, ID: "key_1"}

// attempt is a recovery code that somebody typed.
func attempt(p approval.Pending, code string) factors.Attempt {
	return factors.Attempt{Approval: p, Method: approval.MethodRecovery, Code: code}
}

type body = map[string]any

// world is a house in which phones are bound.
type world struct {
	*confirmingtest.House
	login, enrol, admin string       // keys: of the scope, of the scope, and of enrol with admin
	waits               atomic.Int32 // long-polls that had to wait
}

func newWorld(t *testing.T, noSender ...approval.Method) *world {
	t.Helper()
	t.Parallel()
	w := &world{}
	w.House = confirmingtest.New(t, func(h *confirmingtest.House) []confirmingtest.Feature {
		h.Lasting.Prover = factors.Proofs{Store: h.Factors, Host: "phone.example"}
		return []confirmingtest.Feature{enrolling.Enrolling{
			Questions: h.Questions(), Store: h.Lasting, Recoveries: h.Lasting, People: h.Lasting, Live: h.Live, Sockets: sockets{h}, Wait: w.soon,
			NoSender: noSender, EnrolURL: "https://phone.example/", MaxPending: 3, Now: h.Now, Random: rand.Reader,
		}}
	})
	w.login, w.enrol = w.Key(w.App, account.ScopeLogin), w.Key(w.App, account.ScopeEnrol)
	w.admin = w.Key(w.App, account.ScopeEnrol, account.ScopeAdmin)
	return w
}

// soon looks again and again.
func (w *world) soon(ctx context.Context, _ string, most time.Duration, look func(context.Context) (bool, error)) error {
	w.waits.Add(1)
	enough, again := time.NewTimer(most), time.NewTicker(time.Millisecond)
	defer enough.Stop()
	defer again.Stop()
	for {
		if done, err := look(ctx); done || err != nil {
			return err
		}
		select {
		case <-again.C:
		case <-enough.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sockets is where pages wait.
type sockets struct{ h *confirmingtest.House }

func (s sockets) Socket(p approval.Pending) (url, sealed string, err error) {
	sealed, err = ticket.Seal(s.h.Keys, ticket.Ticket{Approval: p.ID, Application: p.Application, Account: p.Account, Until: p.ExpiresAt})
	return "wss://jawort.example/" + p.ID, sealed, err
}

// policy puts the account into a group.
func (w *world) policy(p account.GroupPolicy) {
	w.Helper()
	g, err := w.Lasting.PutGroup(w.Context(), w.DB.Writes(), account.Group{ID: w.ID(id.Group), Tenant: w.App.Tenant, Name: "group", Policy: p})
	w.Must(err)
	w.SQL(`UPDATE accounts SET group_id = $2 WHERE id = $1`, w.Account.ID, g.ID)
}

func (w *world) addAccount(externalID string) account.Account {
	w.Helper()
	a, _, err := w.Lasting.PutAccount(w.Context(), account.Account{ID: w.ID(id.Account), Tenant: w.App.Tenant, ExternalID: externalID, Label: "Desk " + externalID})
	w.Must(err)
	return a
}

// phone is one that takes a link.
type phone struct {
	w               *world
	key             string
	enrolment       account.Enrolment
	device, install string
}

// take claims the link of an answer.
func (w *world) take(a confirmingtest.Answer) (*phone, error) {
	w.Helper()
	link, _ := a.Body["link"].(string)
	code, ok := strings.CutPrefix(link, "https://phone.example/enrol#")
	if !ok {
		w.Fatalf("no link in %v", a.Body)
	}
	p := &phone{w: w, key: rand.Text()}
	var err error
	p.enrolment, err = w.Lasting.ClaimEnrolment(w.Context(), account.HashCode(code), p.key)
	return p, err
}

func (w *world) taken(a confirmingtest.Answer) *phone {
	w.Helper()
	p, err := w.take(a)
	w.Must(err)
	return p
}

// complete returns the six digits that the phone shows.
func (p *phone) complete(code string) (string, error) {
	w := p.w
	w.Helper()
	d, err := w.Lasting.CompleteEnrolment(w.Context(), account.Completion{
		Enrolment: p.enrolment.ID, Thumbprint: p.key, Installation: w.ID(id.Installation), Holder: "Anna", Label: "Annas Telefon", Code: code,
		Credential: approval.Credential{ID: []byte(p.key), PublicKey: []byte("cose"), AAGUID: make([]byte, 16), Attestation: "none"},
		Posture:    account.Posture{Platform: "android", OSVersion: "16", Model: "Phone", Language: "de", ScreenLock: true, Notifications: true},
	})
	if err != nil {
		return "", err
	}
	p.device, p.install = d.ID, d.Installation
	mac, err := w.Keys.MAC("jawort enrolment digits", []byte(p.enrolment.ID))
	w.Must(err)
	return account.ConfirmationDigits(mac), nil
}

func (p *phone) digits(code string) string {
	p.w.Helper()
	digits, err := p.complete(code)
	p.w.Must(err)
	return digits
}

// bind binds a phone of an account, whatever policy says.
func (w *world) bind(a account.Account) *phone {
	w.Helper()
	e := w.Call("POST", "/v1/enrolments", w.admin, body{"account": a.ExternalID, "authorize": "operator", "reason": "test"}).Want(201)
	p := w.taken(e)
	code := ""
	if p.enrolment.Proof.Needed() {
		code = w.Newest().Code
	}
	w.confirm(e, w.admin, p.digits(code)).Want(200)
	return p
}

func at(e confirmingtest.Answer) string { return "/v1/enrolments/" + e.Body["id"].(string) }

func (w *world) confirm(e confirmingtest.Answer, key, digits string) confirmingtest.Answer {
	w.Helper()
	return w.Call("POST", at(e)+"/confirm", key, body{"code": digits})
}

// decide answers a question as a phone does whose signature was verified.
func (p *phone) decide(approvalID string, d approval.Decision, number string) error {
	w := p.w
	w.Helper()
	pending, err := w.Live.Pending(w.Context(), approvalID)
	w.Must(err)
	signer, err := w.Lasting.Signer(w.Context(), p.install, []byte(p.key))
	if err != nil {
		return err
	}
	_, err = w.Lasting.Decide(w.Context(), approval.Decided{
		Approval: pending, Signer: signer, Decision: d, Number: number,
		Assertion: &approval.Assertion{CredentialID: []byte(p.key), AuthenticatorData: []byte("a"), ClientDataJSON: []byte("{}"), Signature: []byte("s")},
	})
	return err
}

// question is what the answer's enrolment waits for.
func (w *world) question(e confirmingtest.Answer) approval.Pending {
	w.Helper()
	q, ok := e.Body["approval"].(body)
	if !ok || e.Body["status"] != "waiting" || e.Body["link"] != nil {
		w.Fatalf("nothing is asked: %v", e.Body)
	}
	p, err := w.Live.Pending(w.Context(), q["id"].(string))
	w.Must(err)
	return p
}
