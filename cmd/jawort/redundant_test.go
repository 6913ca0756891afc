package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// step is what one heading of the walk has typed, and where.
type step struct {
	heading string
	blocks  []struct {
		on   []string
		text string
	}
}

var (
	onMachines = regexp.MustCompile("(?s)<!-- run on ([a-z, ]+) -->\n```sh\n(.*?)```")
	apiKey     = regexp.MustCompile(`\bjw_[A-Za-z0-9_-]{20,}`)
)

func walk(t *testing.T) (steps []step) {
	t.Helper()
	b, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	for _, at := range onMachines.FindAllStringSubmatchIndex(doc, -1) {
		above := headings.FindAllStringSubmatch(doc[:at[0]], -1)
		heading := above[len(above)-1][1]
		if len(steps) == 0 || steps[len(steps)-1].heading != heading {
			steps = append(steps, step{heading: heading})
		}
		last := &steps[len(steps)-1]
		last.blocks = append(last.blocks, struct {
			on   []string
			text string
		}{strings.Split(doc[at[2]:at[3]], ", "), doc[at[4]:at[5]]})
	}
	return steps
}

// world is the machines of the walk, with people that log in.
type world struct {
	*testing.T
	network  string // the first three bytes of the addresses
	root     string
	bin      string
	postgres string // folder of its programs
	owner    *syscall.Credential
	machines map[string]*machine
	ids      map[string]string
	key      string
	http     *http.Client
	phone    *phone.Phone
}

func newWorld(t *testing.T) *world {
	t.Helper()
	bindir, err := exec.Command("pg_config", "--bindir").Output()
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.MkdirTemp("", "jawort-walk-")
	if err != nil {
		t.Fatal(err)
	}
	pid := os.Getpid()
	w := &world{
		T: t, root: root, bin: filepath.Join(root, "bin"), postgres: strings.TrimSpace(string(bindir)), owner: postgresUser(t),
		network: fmt.Sprintf("127.%d.%d.", 1+pid%250, pid/250%250), machines: map[string]*machine{}, ids: map[string]string{},
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	if err := os.Chmod(root, 0o711); err != nil { // Postgres is another user
		t.Fatal(err)
	}
	w.programs()
	for name, number := range map[string]string{"a": "1", "b": "2", "c": "3", "lb": "9"} {
		w.machine(name, w.network+number)
	}
	w.certificate(w.machines["lb"].path("/etc/haproxy/jawort.pem"))
	w.machines["a"].withPostgres(true)
	w.machines["b"].withPostgres(false)
	return w
}

// programs are those that the machines share: ours, and what stands for the ways between machines and users.
func (w *world) programs() {
	w.Helper()
	self, err := os.Executable()
	if err != nil {
		w.Fatal(err)
	}
	if err := os.MkdirAll(w.bin, 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(w.bin, "jawort")); err != nil {
		w.Fatal(err)
	}
	scripts := map[string]string{"scp": "#!/bin/bash\nto=\"${@: -1}\"; exec cp \"${@:1:$#-1}\" \"" + w.root + "/${to%%:*}/${to#*:}\"\n"}
	if w.owner == nil {
		scripts["runuser"] = "#!/bin/bash\nshift 3; exec \"$@\"\n"
	}
	for name, script := range scripts {
		if err := os.WriteFile(filepath.Join(w.bin, name), []byte(script), 0o755); err != nil {
			w.Fatal(err)
		}
	}
}

func (w *world) machine(name, address string) {
	w.Helper()
	m := &machine{T: w.T, name: name, address: address, root: filepath.Join(w.root, name), world: w, running: map[string]*daemon{}}
	for _, folder := range []string{"/etc/jawort", "/etc/redis", "/etc/haproxy", "/var/lib/redis", "/backup", "/elsewhere"} {
		if err := os.MkdirAll(m.path(folder), 0o755); err != nil {
			w.Fatal(err)
		}
	}
	m.env = []string{asProgram + "=1", "PATH=" + w.bin + ":" + w.postgres + ":" + os.Getenv("PATH"), "here=" + address, "LC_ALL=C.UTF-8"}
	w.machines[name] = m
}

// certificate makes that of the balancer, and has people believe it.
func (w *world) certificate(path string) {
	w.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"jawort.example", "phones.jawort.example"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		w.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		w.Fatal(err)
	}
	content := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		w.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(content)
	w.http = &http.Client{Transport: &http.Transport{DialContext: w.dial, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}}
	w.Cleanup(w.http.CloseIdleConnections)
}

// learn remembers what was told.
func (w *world) learn(out string) {
	for _, id := range identifier.FindAllStringSubmatch(out, -1) {
		w.ids[id[1]] = id[0]
	}
	if key := apiKey.FindString(out); key != "" {
		w.key = key
	}
}

func (w *world) does(s step) {
	w.Helper()
	for _, b := range s.blocks {
		for _, name := range b.on {
			w.machines[name].types(b.text)
		}
	}
}

func (w *world) client() *client.Client {
	w.Helper()
	c, err := client.New(client.Config{BaseURL: "https://jawort.example", Key: w.key, HTTPClient: w.http})
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// again repeats what is refused for the moment, as people and their browsers do.
func again[T any](ctx context.Context, refused *[]error, do func() (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	for {
		v, err := do()
		if err == nil {
			return v, nil
		}
		*refused = append(*refused, err)
		select {
		case <-ctx.Done():
			return v, err
		case <-time.After(pause):
		}
	}
}

// pause is what people take between two clicks.
const pause = 100 * time.Millisecond

func (w *world) enrol() {
	w.Helper()
	c := w.client()
	if _, err := c.PutAccount(w.Context(), loginNumber, "Office South"); err != nil {
		w.Fatal(err)
	}
	e, err := c.Enrol(w.Context(), client.NewEnrolment{Account: loginNumber, Authorize: client.ByOperator, Reason: "test"})
	if err != nil {
		w.Fatal(err)
	}
	w.phone = phone.New(phone.Options{HTTPClient: w.http})
	digits, err := w.phone.Enrol(w.Context(), e.Link, "Holder", "Pixel", nil)
	if err != nil {
		w.Fatal(err)
	}
	if _, err := c.ConfirmEnrolment(w.Context(), e.ID, digits); err != nil {
		w.Fatal(err)
	}
}

// login has the person ask, and again where the question was lost, until it is approved.
func (w *world) login(c *client.Client, session string, refused *[]error) (id string, err error) {
	return again(w.Context(), refused, func() (string, error) {
		a, err := c.CreateApproval(w.Context(), question(session))
		if err != nil {
			return "", err
		}
		items, err := w.phone.Approval(w.Context(), "https://phones.jawort.example", a.ID)
		if err != nil || len(items) != 1 {
			return "", fmt.Errorf("%d questions: %w", len(items), err)
		}
		if _, err := w.phone.Decide(w.Context(), items[0], phone.Approve, a.Number); err != nil {
			return "", err
		}
		return a.ID, nil
	})
}

// people log in until they are told to stop, and tell what was acknowledged.
func (w *world) people(c *client.Client, stop <-chan struct{}, refused *[]error) (acknowledged []string, err error) {
	for {
		select {
		case <-stop:
			return acknowledged, nil
		case <-time.After(pause):
		}
		id, err := w.login(c, fmt.Sprintf("browser %d", len(acknowledged)), refused)
		if err != nil {
			return acknowledged, err
		}
		acknowledged = append(acknowledged, id)
	}
}

func TestTheWalkToARedundantInstallationLosesNoLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.machines["a"]
	losses := map[string]func(){
		"Redis's primary is lost":    func() { a.lost("redis-server") },
		"Postgres's primary is lost": func() { a.lost("postgresql") },
	}
	var acknowledged []string
	steps := 0
	for _, s := range walk(t) {
		begin := time.Now()
		if w.phone == nil {
			w.does(s)
			if w.key != "" {
				w.enrol()
			}
			continue
		}
		during := w.whilePeopleLogIn(s, losses[s.heading])
		delete(losses, s.heading)
		acknowledged = append(acknowledged, during...)
		steps++
		t.Logf("%s: %d logins in %.1f s", s.heading, len(during), time.Since(begin).Seconds())
	}
	if len(losses) > 0 || steps < 5 {
		t.Errorf("%d steps were taken while people logged in, and the losses of %v were not", steps, losses)
	}
	a.types(`timeout 30 sh -c "until redis-cli -h $here -a PASSWORD-OF-REDIS --no-auth-warning role | grep -x slave; do sleep 0.2; done"`)
	for _, id := range acknowledged {
		if got, err := w.client().Approval(t.Context(), id); err != nil || got.Status != client.Approved {
			t.Errorf("%s was acknowledged, and is %q now: %v", id, got.Status, err)
		}
	}
}

// whilePeopleLogIn does what a step says, behind a loss where there is one. People log in before, during and after.
func (w *world) whilePeopleLogIn(s step, lose func()) (acknowledged []string) {
	w.Helper()
	c := w.client()
	var refused []error
	first, err := w.login(c, "before", &refused)
	if err != nil {
		w.Fatalf("before %q: %v", s.heading, err)
	}
	stop, done := make(chan struct{}), make(chan struct{})
	var during []string
	var failed error
	go func() {
		defer close(done)
		during, failed = w.people(c, stop, &refused)
	}()
	ended := sync.OnceFunc(func() { close(stop); <-done })
	defer ended()
	if lose != nil {
		lose()
	}
	w.does(s)
	ended()
	last, err := w.login(c, "after", &refused)
	if err != nil || failed != nil || len(during) == 0 {
		w.Fatalf("%s: %d logins meanwhile, %v, and afterwards %v", s.heading, len(during), failed, err)
	}
	if lose == nil && len(refused) > 0 {
		w.Errorf("%s: people noticed: %v", s.heading, refused)
	}
	return append(during, first, last)
}
