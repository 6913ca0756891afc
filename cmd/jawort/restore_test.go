package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw/pushtest"
	"github.com/jawort/jawort/store/db/pgtest"
)

// databases are where an installation can live, and where a backup of it can be brought.
var databases = map[string]struct{ migrated, empty func(t *testing.T) string }{
	"postgres": {func(t *testing.T) string { return pgtest.New(t) }, func(t *testing.T) string { return pgtest.Empty(t) }},
	"sqlite":   {sqliteFile, sqliteFile},
}

func sqliteFile(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "jawort.db") }

// house is an installation with a person in it who has a phone that is woken and an authenticator app.
type house struct {
	*installation
	*testing.T
	fcm     *pushtest.FCM
	running *program
	phone   *phone.Phone
	inbox   <-chan pushtest.Push
	totp    string // its secret
	last    client.Approval
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// answered sends a request as the one who bears the token.
func (h *house) answered(method, path, bearer, body string, into any) (status int) {
	h.Helper()
	req, err := http.NewRequestWithContext(h.Context(), method, h.server.url+path, bytes.NewReader([]byte(body)))
	h.must(err)
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	h.must(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	h.must(err)
	if into != nil {
		h.must(json.Unmarshal(answer, into))
	}
	return resp.StatusCode
}

const ofPerson = "/v1/accounts/" + loginNumber

func newHouse(t *testing.T, database string) *house {
	t.Helper()
	h := &house{installation: install(t, database), T: t}
	h.fcm = h.withFCM(t)
	h.running = h.run()
	token := h.fcm.NewToken()
	h.inbox = h.fcm.Inbox(token)
	h.phone = h.enrol("Pixel", &phone.PushAddress{Provider: "fcm", App: "companion", Token: token})
	var app struct{ URL string }
	if status := h.answered("POST", ofPerson+"/methods/totp", h.key, `{}`, &app); status != http.StatusCreated {
		t.Fatalf("an authenticator app: %d", status)
	}
	u, err := url.Parse(app.URL)
	h.must(err)
	h.totp = u.Query().Get("secret")
	if status := h.answered("POST", ofPerson+"/methods/totp/confirm", h.key, `{"code":"`+h.code(0)+`"}`, nil); status != http.StatusOK {
		t.Fatalf("confirming it: %d", status)
	}
	return h
}

// code is the app's, so many steps from now.
func (h *house) code(steps int) string {
	h.Helper()
	code, err := totp.GenerateCode(h.totp, time.Now().Add(time.Duration(steps)*30*time.Second))
	h.must(err)
	return code
}

// woken asks, and waits until the phone is woken for it.
func (h *house) woken() client.Approval {
	h.Helper()
	a := h.ask("browser")
	deadline := time.After(soon)
	for {
		select {
		case push := <-h.inbox:
			if push.Type == "approval" && push.ID == a.ID {
				return a
			}
		case <-deadline:
			h.Fatal("the phone is not woken")
		}
	}
}

// login has the phone be woken and approve.
func (h *house) login() {
	h.Helper()
	h.last = h.woken()
	_, err := h.phone.Decide(within(h.T, soon), h.fetch(h.phone, h.last.ID), phone.Approve, h.last.Number)
	h.must(err)
}

// byCode types a code into the page of a new login.
func (h *house) byCode(method, code string) (status int) {
	h.Helper()
	a := h.ask("another browser")
	return h.answered("POST", "/v1/approvals/"+a.ID+"/code", a.Socket.Ticket, `{"method":"`+method+`","code":"`+code+`"}`, nil)
}

// bypass has support give out a bypass code.
func (h *house) bypass() string {
	h.Helper()
	var made struct{ Code string }
	if status := h.answered("POST", ofPerson+"/bypass-codes", h.key, `{"uses":3,"reason":"phone at home","expires_in":3600}`, &made); status != http.StatusCreated {
		h.Fatalf("a bypass code: %d", status)
	}
	return made.Code
}

// link has support open an enrolment.
func (h *house) link() string {
	h.Helper()
	e, err := h.client().Enrol(h.Context(), client.NewEnrolment{Account: loginNumber, Authorize: client.ByOperator, Reason: "test"})
	h.must(err)
	return e.Link
}

// moved stops everything, and sets up an empty database in the place of the one that is lost.
func (h *house) moved(database string) {
	h.Helper()
	if code := h.running.stop(); code != 0 {
		h.Fatalf("asked to end, it exited with %d", code)
	}
	h.redis.Flush()
	h.set("JAWORT_DATABASE", database)
}

// set changes a variable of the environment.
func (i *installation) set(name, value string) {
	i.env = slices.DeleteFunc(i.env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	i.env = append(i.env, name+"="+value)
}

func (h *house) backup() (file string) {
	h.Helper()
	file = filepath.Join(h.TempDir(), "jawort.backup")
	answer[map[string]string](h.T, h.env, "backup", file)
	return file
}

func TestWhoHadAPhoneBeforeTheBackupLogsInAfterTheRestore(t *testing.T) {
	t.Parallel()
	for name, d := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, d.migrated(t))
			h.login()
			h.exported("approval.approved", 1)
			before, link, bypass := h.last.ID, h.link(), h.bypass()
			file := h.whileDeciding()
			late := h.enrol("Galaxy", nil)

			h.moved(d.empty(t))
			done := answer[restoration](t, h.env, "restore", file)
			if len(done.Ended) != 1 || done.Ended[0].Enrolments != 1 || done.Ended[0].BypassCodes != 1 || done.Sealed.Opened < 2 || done.Sealed.Foreign != 0 || len(done.Audit) == 0 {
				t.Errorf("restored %+v", done)
			}
			if _, stderr, err := output(t, h.env, "restore", file); err == nil || !strings.Contains(stderr, "not empty") {
				t.Errorf("a second time: %v, %s", err, stderr)
			}
			h.run()
			h.login()
			if status := h.byCode("totp", h.code(1)); status != http.StatusOK {
				t.Errorf("the authenticator app got %d", status)
			}
			if status := h.byCode("bypass", bypass); status == http.StatusOK {
				t.Error("a bypass code works that may have been used")
			}
			if _, err := phone.New(phone.Options{}).Enrol(t.Context(), link, "Holder", "Mine", nil); err == nil {
				t.Error("a link works that may have been used")
			}
			if _, err := late.Devices(t.Context()); err == nil {
				t.Error("a phone is known that was registered after the backup")
			}
			if got, err := h.client().Approval(t.Context(), before); err != nil || got.Status != client.Approved {
				t.Errorf("a login of before is %q, %v", got.Status, err)
			}
			h.exported("tenant.restored", 1)
			if _, stderr, err := output(t, h.env, "audit", "verify", "--database"); err != nil {
				t.Error(stderr)
			}
		})
	}
}

// whileDeciding takes a backup while people log in.
func (h *house) whileDeciding() (file string) {
	h.Helper()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				a, err := h.client().CreateApproval(h.Context(), question("meanwhile"))
				if err != nil {
					h.Error(err)
					return
				}
				if err := h.client().CancelApproval(h.Context(), a.ID); err != nil {
					h.Error(err)
					return
				}
			}
		}
	}()
	file = h.backup()
	close(stop)
	<-stopped
	return file
}

func TestAPhoneThatWasRevokedAfterTheBackupStaysRevokedByTheLog(t *testing.T) {
	t.Parallel()
	for name, d := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, d.migrated(t))
			stolen := h.enrol("Galaxy", nil)
			h.exported("device.enrolled", 2)
			file := h.backup()
			device := stolen.Logins()[0].Device
			h.must(h.client().RevokeDevice(t.Context(), loginNumber, device))
			later := keep(t, h.exported("device.revoked", 1))

			h.moved(d.empty(t))
			stdout, stderr, err := output(t, h.env, "restore", file, "--audit", later)
			if err != nil || !strings.Contains(stdout, "ended     1 of device.revoked") || !strings.Contains(stdout, "empty the Redis that they will serve this database with") {
				t.Fatalf("restore: %v, %s%s", err, stdout, stderr)
			}
			h.run()
			a := h.woken()
			item := h.fetch(h.phone, a.ID)
			item.Device = device
			var refused *phone.Error
			if _, err := stolen.Decide(within(t, soon), item, phone.Approve, a.Number); !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
				t.Errorf("the revoked phone got %v", err)
			}
			h.login()
			if _, stderr, err := output(t, h.env, "restore", "--database", "--audit", keep(t, "nothing")); err == nil || !strings.Contains(stderr, "does not hold") {
				t.Errorf("an export that is none: %v, %s", err, stderr)
			}
		})
	}
}

func TestARestoreNamesAKeyFileThatIsNotTheDatabases(t *testing.T) {
	t.Parallel()
	for name, d := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, d.migrated(t))
			file := h.backup()
			h.moved(d.empty(t))
			ours, others := h.keysFile(), filepath.Join(t.TempDir(), "others.json")
			if _, stderr, err := output(t, nil, "secrets", "init", others); err != nil {
				t.Fatal(stderr)
			}
			h.set("JAWORT_KEYS_FILE", others)
			_, stderr, err := output(t, h.env, "restore", file)
			for _, want := range []string{others, "is not the key file of this database", "opens 0 of ", "jawort restore --database"} {
				if err == nil || !strings.Contains(stderr, want) {
					t.Errorf("another key file: %v, %q; want %q", err, stderr, want)
				}
			}
			h.set("JAWORT_KEYS_FILE", ours)
			if done := answer[restoration](t, h.env, "restore", "--database"); done.Sealed.Foreign != 0 || done.Sealed.Opened < 2 {
				t.Errorf("with its own: %+v", done.Sealed)
			}
			h.run()
			h.login()
		})
	}
}

func TestARestoreSaysThatQuestionsOfAnotherPastAreLeftInRedis(t *testing.T) {
	t.Parallel()
	d := databases["sqlite"]
	h := newHouse(t, d.migrated(t))
	file := h.backup()
	h.ask("another past")
	if code := h.running.stop(); code != 0 {
		t.Fatalf("asked to end, it exited with %d", code)
	}
	h.set("JAWORT_DATABASE", d.empty(t))
	_, stderr, err := output(t, h.env, "restore", file)
	for _, want := range []string{"Where this database is going to be served with it", "FLUSHALL", "jawort restore --database", "as in a drill, leave it alone", "JAWORT_REDIS=embedded"} {
		if err == nil || !strings.Contains(stderr, want) {
			t.Errorf("with questions left: %v, %s; want %q", err, stderr, want)
		}
	}
	drill := append(slices.Clone(h.env), "JAWORT_REDIS=embedded")
	answer[restoration](t, drill, "restore", "--database")
	if open := h.redis.Client().DBSize(t.Context()).Val(); open == 0 {
		t.Error("a drill has emptied the Redis of others")
	}
	h.redis.Flush()
	answer[restoration](t, h.env, "restore", "--database")
	h.run()
	h.login()
}

func TestWhatIsWrongWithARestoreIsSaidBeforeAnythingIsDone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	keys, damaged := filepath.Join(folder, "keys.json"), filepath.Join(folder, "damaged")
	if _, stderr, err := output(t, nil, "secrets", "init", keys); err != nil {
		t.Fatal(stderr)
	}
	if err := os.WriteFile(damaged, []byte("SQLite format 3\x00 and no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	database := filepath.Join(folder, "jawort.db")
	with := func(database, keys string) []string {
		return []string{"JAWORT_DATABASE=" + database, "JAWORT_KEYS_FILE=" + keys, "JAWORT_REDIS=embedded",
			"JAWORT_SERVER_PUBLIC_URL=http://localhost:1", "JAWORT_MOBILE_API_PUBLIC_URL=http://localhost:2"}
	}
	whole := with("sqlite://"+database, keys)
	for name, c := range map[string]struct {
		env   []string
		args  []string
		wants string
	}{
		"no file":           {whole, []string{"restore"}, "give the FILE"},
		"file and database": {whole, []string{"restore", damaged, "--database"}, "give the FILE"},
		"a damaged file":    {whole, []string{"restore", damaged}, "not whole"},
		"another kind":      {whole, []string{"restore", keys}, "no backup of a SQLite database"},
		"a file elsewhere":  {whole, []string{"restore", damaged + "x"}, "no such file"},
		"no key file":       {with("sqlite://"+database, keys+"x"), []string{"restore", damaged}, "jawort secrets init"},
		"in memory":         {with("sqlite::memory:", keys), []string{"backup", damaged + "x"}, "in memory"},
		"over a file":       {whole, []string{"backup", damaged}, "exists already"},
	} {
		if _, stderr, err := output(t, c.env, c.args...); err == nil || !strings.Contains(stderr, c.wants) {
			t.Errorf("%s: %v, said %q; want %q", name, err, stderr, c.wants)
		}
	}
	if _, err := os.Stat(database); err == nil {
		t.Error("a database was left")
	}
}
