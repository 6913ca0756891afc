package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw/pushtest"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
)

const oldNumber, correctedNumber = "+4915123456717", "+4915123456799"

// holder is a phone of the account, with where its pushes arrive.
type holder struct {
	*phone.Phone
	label string
	inbox <-chan pushtest.Push
}

// holders registers phones for an account with a number and an address, and returns when all has been told that there was to tell.
func (i *installation) holders(s *lasting.Store, fcm *pushtest.FCM, labels ...string) []holder {
	i.t.Helper()
	number, address := oldNumber, "anna@example.org"
	if _, err := i.client().ChangeAccount(i.t.Context(), loginNumber, client.AccountChange{Phone: &number, Email: &address}); err != nil {
		i.t.Fatal(err)
	}
	var all []holder
	for _, label := range labels {
		token := fcm.NewToken()
		p := i.enrol(label, &phone.PushAddress{Provider: "fcm", App: "companion", Token: token})
		all = append(all, holder{p, label, fcm.Inbox(token)})
	}
	i.until(s, `SELECT NOT EXISTS (SELECT 1 FROM outbox WHERE followed_at = 0)`)
	i.until(s, `SELECT NOT EXISTS (SELECT 1 FROM notices WHERE due_at > 0)`)
	return all
}

// correct corrects the number, which is acknowledged.
func (i *installation) correct() {
	i.t.Helper()
	number := correctedNumber
	if _, err := i.client().ChangeAccount(i.t.Context(), loginNumber, client.AccountChange{Phone: &number}); err != nil {
		i.t.Fatal(err)
	}
}

// shown are the notices of the corrected number that the phone shows.
func (h holder) shown(t *testing.T) []phone.Notice {
	t.Helper()
	all, err := h.Notices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var about []phone.Notice
	for _, n := range all {
		if n.Occasion == "changed-number" {
			about = append(about, n)
		}
	}
	return about
}

// wantTold wants the phone to be woken for the notice of the corrected number, and to show it once.
func (h holder) wantTold(t *testing.T) {
	t.Helper()
	for {
		push := noticed(t, h.inbox)
		switch shown := h.shown(t); {
		case len(shown) > 1:
			t.Fatalf("%s shows %+v", h.label, shown)
		case len(shown) == 1 && shown[0].ID == push.ID:
			return
		}
	}
}

func (i *installation) databaseURL() string {
	url, _ := strings.CutPrefix(i.env[0], "JAWORT_DATABASE=")
	return url
}

// database is the one of the installation, beside the program.
func (i *installation) database() *lasting.Store {
	i.t.Helper()
	s, err := lasting.Open(i.t.Context(), i.databaseURL(), db.Options{})
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() { s.Close() })
	return s
}

// until asks the database until the answer is yes.
func (i *installation) until(s *lasting.Store, question string) {
	i.t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for ctx := within(i.t, soon); ; <-again.C {
		yes, err := db.One(ctx, s.Reads(), db.ScanBool, question)
		if err != nil {
			i.t.Fatalf("%s: %v", question, err)
		}
		if yes {
			return
		}
	}
}

// The change is acknowledged, and the server is killed while it writes down what the phones are to be told.
func TestAServerThatIsKilledBeforeItTellsOfAChangeLosesNoNotice(t *testing.T) {
	t.Parallel()
	i := installed(t)
	fcm := i.withFCM(t)
	_, letters := i.withSenders(t)
	i.run("mobile-api")
	i.run("pushgw")
	first := i.run("server")
	s := i.database()
	phones := i.holders(s, fcm, "Pixel", "Galaxy")
	release := i.hold("notices")
	i.correct()
	i.until(s, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INTO notices%')`)
	first.kill()
	release()
	i.until(s, `SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`)
	for _, h := range phones {
		if shown := h.shown(t); len(shown) > 0 {
			t.Fatalf("%s was told before the kill: %+v", h.label, shown)
		}
	}
	i.run("server")
	for _, h := range phones {
		h.wantTold(t)
	}
	for letter := ""; !strings.Contains(letter, "has another number"); {
		letter = letters.Mail()
	}
}

// hold keeps everybody from writing into a table until it is released.
func (i *installation) hold(table string) (release func()) {
	i.t.Helper()
	ctx := context.WithoutCancel(i.t.Context())
	conn, err := pgx.Connect(ctx, i.databaseURL())
	if err != nil {
		i.t.Fatal(err)
	}
	release = func() { _ = conn.Close(ctx) } // a second time it is closed already
	i.t.Cleanup(release)
	if _, err := conn.Exec(ctx, `BEGIN; LOCK TABLE `+table+` IN EXCLUSIVE MODE`); err != nil {
		i.t.Fatal(err)
	}
	return release
}

// The phones are handed out to be woken, Redis does not take the pushes, and the server is killed.
func TestPhonesAreWokenForANoticeThoughServerAndRedisAreKilledInBetween(t *testing.T) {
	t.Parallel()
	i := installed(t)
	fcm := i.withFCM(t)
	i.run("mobile-api")
	i.run("pushgw")
	first := i.run("server")
	s := i.database()
	phones := i.holders(s, fcm, "Pixel", "Galaxy")
	i.redis.Kill()
	i.correct()
	i.until(s, `SELECT COUNT(*) = 2 FROM notices WHERE occasion = 'changed-number' AND due_at > jawort_now()`)
	first.kill()
	i.redis.Restart()
	i.run("server")
	if err := s.SetClockOffset(t.Context(), 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, h := range phones {
		h.wantTold(t)
	}
}
