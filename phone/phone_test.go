package phone_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/outbox"
)

func TestAPhoneEnrolsSeesWhatItSignsAndApproves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Anna")
	asked := h.ask()
	i := one(t, p)
	if !bytes.Equal(i.Bytes, asked.Document) {
		t.Error("the document is not the one that was asked")
	}
	d := i.Document
	if d.Application.Name != "Portal" || d.Tenant.Name != "Muster Makler AG" || d.Account.Label != "Büro Süd" || d.Browser.IP != "203.0.113.9" || d.Match.Digits != 2 {
		t.Errorf("shown: %+v", d)
	}
	a, err := p.Decide(t.Context(), i, phone.Approve, "42")
	if err != nil || a.Status != "approved" || h.status(i.ID) != approval.StatusApproved {
		t.Fatalf("got %+v, %v", a, err)
	}
}

func TestTheSecondPhoneLearnsWhoWasFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna, bert := h.newPhone("Anna"), h.newPhone("Bert")
	h.ask()
	a, b := one(t, anna), one(t, bert)
	must(anna.Decide(t.Context(), a, phone.Approve, "42"))(t)
	_, err := bert.Decide(t.Context(), b, phone.Deny, "")
	var e *phone.Error
	if !errors.As(err, &e) || e.Code != phone.CodeAlreadyDecided || e.By != "Anna's phone" {
		t.Fatalf("got %v", err)
	}
}

func TestAWrongNumberSaysHowManyTriesAreLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Anna")
	h.ask()
	i := one(t, p)
	_, err := p.Decide(t.Context(), i, phone.Approve, "41")
	var e *phone.Error
	if !errors.As(err, &e) || e.Code != phone.CodeWrongNumber || e.AttemptsLeft != approval.MaxWrongNumbers-1 {
		t.Fatalf("got %v", err)
	}
	must(p.Decide(t.Context(), i, phone.Approve, "42"))(t)
}

func TestALyingPhoneIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	honest := h.newPhone("Anna")
	h.ask()
	i := one(t, honest)
	foreign := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	lies := map[string]func(*phone.Phone){
		"about its origin":          func(p *phone.Phone) { p.Authenticator.Origin = "https://evil.example" },
		"about the relying party":   func(p *phone.Phone) { p.Authenticator.RPID = "evil.example" },
		"by leaving the user out":   func(p *phone.Phone) { p.Authenticator.Unverified = true },
		"by leaving presence out":   func(p *phone.Phone) { p.Authenticator.Absent = true },
		"with a foreign key":        func(p *phone.Phone) { p.Authenticator.Key = foreign },
		"with a foreign credential": func(p *phone.Phone) { p.Authenticator.Credential = []byte("somebody else's credential, 32 by") },
		"about the ceremony":        func(p *phone.Phone) { p.Authenticator.Type = "webauthn.create" },
		"about what it signed": func(p *phone.Phone) {
			p.Authenticator.Document = func(b []byte) []byte { return append([]byte(" "), b...) }
		},
		"with an old nonce":          func(p *phone.Phone) { p.Prover.Nonce = "AAAA" },
		"about the method":           func(p *phone.Phone) { p.Prover.Method = "GET" },
		"about the address":          func(p *phone.Phone) { p.Prover.URL = "https://evil.example/v1/approvals" },
		"with a token of its making": func(p *phone.Phone) { p.Prover.Token = "jwi_x.y" },
		"with a thief's DPoP key":    func(p *phone.Phone) { p.Prover.Key = foreign },
	}
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			p := copyOf(t, honest)
			lie(p)
			_, err := p.Decide(t.Context(), i, phone.Approve, "42")
			var e *phone.Error
			if !errors.As(err, &e) || e.Status != http.StatusUnauthorized {
				t.Fatalf("got %v", err)
			}
			if _, err := h.lasting.Outcome(t.Context(), i.ID); !errors.Is(err, approval.ErrUnknown) {
				t.Fatalf("outcome: %v", err)
			}
		})
	}
	must(copyOf(t, honest).Decide(t.Context(), i, phone.Approve, "42"))(t) // it was the lie that was refused
}

func copyOf(t *testing.T, p *phone.Phone) *phone.Phone {
	t.Helper()
	path := filepath.Join(t.TempDir(), "phone.json")
	check(t, p.Save(path))
	return must(phone.Load(path, phone.Options{}))(t)
}

func TestASignedAnswerIsRepeatedByteForByteUntilItIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Anna")
	h.ask()
	i := one(t, p)
	var mu sync.Mutex
	var bodies [][]byte
	h.keep(func(w http.ResponseWriter, r *http.Request, through http.Handler) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		mu.Lock()
		bodies = append(bodies, body)
		n := len(bodies)
		mu.Unlock()
		switch n {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			through.ServeHTTP(httptest.NewRecorder(), r) // taken, but the answer does not arrive
			panic(http.ErrAbortHandler)
		default:
			through.ServeHTTP(w, r)
		}
	})
	a, err := p.Decide(t.Context(), i, phone.Approve, "42")
	if err != nil || a.Status != "approved" {
		t.Fatalf("got %+v, %v", a, err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(bodies) < 3 {
		t.Errorf("sent %d times", len(bodies))
	}
	for _, b := range bodies {
		if !bytes.Equal(b, bodies[0]) {
			t.Error("a repetition differs")
		}
	}
}

func TestDecidingAgainAfterGivingUpSendsTheSameBytes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Anna")
	h.ask()
	i := one(t, p)
	var first, again []byte
	ctx, giveUp := context.WithCancel(t.Context())
	h.keep(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		first, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusServiceUnavailable)
		giveUp()
	})
	if _, err := p.Decide(ctx, i, phone.Approve, "42"); err == nil {
		t.Fatal("decided through a closed door")
	}
	h.keep(func(w http.ResponseWriter, r *http.Request, through http.Handler) {
		again, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(again))
		through.ServeHTTP(w, r)
	})
	must(p.Decide(t.Context(), i, phone.Approve, "42"))(t)
	if len(first) == 0 || !bytes.Equal(first, again) {
		t.Error("the answer was signed anew")
	}
}

func TestAFreshNonceIsTakenUpOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := copyOf(t, h.newPhone("Anna")) // knows no nonce
	var mu sync.Mutex
	tries := 0
	h.keep(func(w http.ResponseWriter, r *http.Request, through http.Handler) {
		mu.Lock()
		tries++
		mu.Unlock()
		through.ServeHTTP(w, r)
	})
	if devices := must(p.Devices(t.Context()))(t); len(devices) != 1 || devices[0].Status != "active" || devices[0].Holder != "Anna" {
		t.Errorf("devices = %+v", devices)
	}
	must(p.Devices(t.Context()))(t)
	mu.Lock()
	defer mu.Unlock()
	if tries != 3 {
		t.Errorf("%d requests for two calls", tries)
	}
}

func TestAPhoneAnswersForLoginsOfSeveralServers(t *testing.T) {
	t.Parallel()
	first, second := newHouse(t), newHouse(t)
	p := first.newPhone("Anna")
	second.enrol(p, "Anna")
	known := must(p.Approval(t.Context(), first.url, first.ask().ID))(t)
	waited := make(chan []phone.Item)
	go func() {
		items, err := p.Pending(t.Context(), 30*time.Second, known)
		if err != nil {
			t.Error(err)
		}
		waited <- items
	}()
	asked := second.ask()
	items := <-waited
	if len(items) != 2 || items[1].ID != asked.ID || items[0].ID != known[0].ID || items[0].Server == items[1].Server {
		t.Fatalf("pending: %+v", items)
	}
	must(p.Decide(t.Context(), items[1], phone.Deny, ""))(t)
	if s := second.status(asked.ID); s != approval.StatusDenied {
		t.Errorf("status = %s", s)
	}
	second.keep(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	items, err := p.Pending(t.Context(), 0, nil)
	if len(items) != 1 || err == nil || !strings.Contains(err.Error(), second.url) {
		t.Errorf("with one server away: %+v, %v", items, err)
	}
}

func TestAPhoneForgetsOnlyWhatTheDeviceListSaysIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Anna")
	device := p.Logins()[0].Device
	check(t, h.lasting.RevokeDevice(t.Context(), h.tenant.ID, h.account.ExternalID, device, outbox.Actor{}))
	h.keep(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(http.StatusUnauthorized) })
	if err := p.Tidy(t.Context()); err == nil || len(p.Logins()) != 1 {
		t.Fatalf("a 401 made the phone forget: %v", err)
	}
	h.keep(func(w http.ResponseWriter, r *http.Request, through http.Handler) { through.ServeHTTP(w, r) })
	check(t, p.Tidy(t.Context()))
	if len(p.Logins()) != 0 {
		t.Errorf("logins = %+v", p.Logins())
	}
	if _, err := p.Pending(t.Context(), 0, nil); !errors.Is(err, phone.ErrNotEnrolled) {
		t.Errorf("got %v", err)
	}
}

func TestAPhoneChangesItsNamesAndAddressAndLeaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Anna")
	device := p.Logins()[0].Device
	check(t, p.Rename(t.Context(), device, "Work phone", "Anna B."))
	check(t, p.SetPush(t.Context(), phone.PushAddress{Provider: "fcm", App: "project", Token: "token"}))
	check(t, p.Describe(t.Context(), phone.Installation{Platform: "android", OSVersion: "17", ScreenLock: true, Notifications: true}))
	listed := must(p.Devices(t.Context()))(t)
	if listed[0].Label != "Work phone" || listed[0].Holder != "Anna B." || p.Logins()[0].Label != "Work phone" {
		t.Errorf("listed %+v, kept %+v", listed, p.Logins())
	}
	check(t, p.Leave(t.Context(), device))
	if len(p.Logins()) != 0 {
		t.Errorf("logins = %+v", p.Logins())
	}
	if err := p.Leave(t.Context(), device); !errors.Is(err, phone.ErrNotEnrolled) {
		t.Errorf("leaving twice: %v", err)
	}
}

func TestAnEnrolmentLinkWorksForOnePhone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, link := h.link()
	must(phone.New(phone.Options{}).Enrol(t.Context(), link, "Anna", "a", nil))(t)
	if _, err := phone.New(phone.Options{}).Enrol(t.Context(), link, "Eve", "e", nil); phone.Code(err) != "unknown-enrolment" {
		t.Errorf("got %v", err)
	}
}

func TestAnEnrolmentSurvivesLostAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var lostOnce sync.Map
	h.keep(func(w http.ResponseWriter, r *http.Request, through http.Handler) {
		answer := httptest.NewRecorder()
		through.ServeHTTP(answer, r)
		if answer.Code == http.StatusOK {
			if _, already := lostOnce.LoadOrStore(r.URL.Path, true); !already {
				panic(http.ErrAbortHandler)
			}
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes())
	})
	p := phone.New(phone.Options{})
	h.enrol(p, "Anna")
	if n := len(p.Logins()); n != 1 {
		t.Errorf("%d logins", n)
	}
}

func TestAWrongLinkIsRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"", "https://phone.example/enrol", "https://phone.example/enrol#", "ftp://phone.example/enrol#x", "phone.example/enrol#x"} {
		if _, err := phone.New(phone.Options{}).Enrol(t.Context(), link, "Anna", "a", nil); !errors.Is(err, phone.ErrLink) {
			t.Errorf("%q: %v", link, err)
		}
	}
}
