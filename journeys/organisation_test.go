package journeys_test

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/factor/mail/mailtest"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/ledger"
	storage "github.com/jawort/jawort/store/organisation"
	"github.com/jawort/jawort/store/outbox"
)

// organised is a service of an organisation that is set up as one of the examples is, with a mail server, at a time of its own.
type organised struct {
	*service
	letters *mailtest.Server
	read    map[string]int // how many messages to a number were read
}

// organise opens one without a tenant.
func organise(t *testing.T, at string) *organised {
	t.Helper()
	t.Parallel()
	o := &organised{letters: mailtest.Start(t, mailtest.Settings{Kind: "none"}), read: map[string]int{}}
	h := build(t, func(h *house) {
		h.setUp = func() {}
		h.mailPort = o.letters.Port
		h.offset.Store(int64(time.Until(inBerlin(t, at))))
	})
	h.pass(0)
	o.service = h.service()
	return o
}

// example is an organisation as the file says, but that the service has its own origin in place of the file's; a passkey would belong to the example's domain.
func (o *organised) example(file, origin string) {
	o.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "examples", file))
	o.must(err)
	o.apply(regexp.MustCompile(`(?m)^ *rp_id:.*\n`).ReplaceAllString(strings.Replace(string(text), origin, o.origin, 1), ""))
}

func inBerlin(t testing.TB, at string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	then, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
	if err != nil {
		t.Fatal(err)
	}
	return then
}

// apply sets up what a file says, as `jawort apply` does.
func (o *organised) apply(text string) {
	o.Helper()
	read, err := organisation.Read(strings.NewReader(text))
	o.must(err)
	store := o.process.Lasting()
	plans, err := (&storage.Store{
		Lasting: store, SMS: &ledger.Store{DB: store.DB}, Random: rand.Reader, By: outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"},
	}).Apply(o.Context(), read.Mistakes, read.Sources()...)
	o.must(err)
	o.tenant = plans[0].Tenant
}

// by is a client with a key that the console has shown.
func (o *organised) by(secret string) *client.Client {
	o.Helper()
	c, err := client.New(client.Config{BaseURL: o.config.Server.PublicURL, Key: secret})
	o.must(err)
	return c
}

// texted waits for the next code by SMS to a number.
func (o *organised) texted(number string) (code string) {
	o.Helper()
	o.await("an SMS", func() bool {
		seen := 0
		for _, m := range o.carrier.Taken() {
			if found := sixDigits.FindString(m.Body); m.To == number && found != "" {
				if seen++; seen > o.read[number] {
					o.read[number], code = seen, found
					return true
				}
			}
		}
		return false
	})
	return code
}

var codeInMail = regexp.MustCompile(`(?m)^([0-9]{6})$`)

// mailed waits for the next code by e-mail, and wants it to go to the address.
func (o *organised) mailed(address string) string {
	o.Helper()
	for {
		to, text := o.letters.Letter()
		if found := codeInMail.FindStringSubmatch(text); found != nil {
			if to != address {
				o.Fatalf("the code went to %s, want %s", to, address)
			}
			return found[1]
		}
	}
}
