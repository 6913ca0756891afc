package requirements_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/factor/mail/mailtest"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live/redistest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// house is a running Jawort with a Postgres and a Redis of its own, a carrier, a mail server, and a clock that can be put forward.
type house struct {
	*testing.T
	process *process.Process
	offset  atomic.Int64 // of the clock
	url     string       // of the face for login services

	carrier *twiliotest.Twilio
	letters *mailtest.Server
	read    map[string]int // how many SMS of a number were read

	addresses map[*phone.Phone]*phone.PushAddress // of phones that can be woken

	tenant       account.Tenant
	applications map[string]application // by name
}

// newHouse opens Jawort at a time by the clock of the organisation, e.g. "2026-12-10 09:00".
func newHouse(t *testing.T, at string, also ...func(*config.Config)) *house {
	t.Helper()
	h := &house{
		T: t, carrier: twiliotest.Start(t), letters: mailtest.Start(t, mailtest.Settings{Kind: "none"}), read: map[string]int{},
		addresses: map[*phone.Phone]*phone.PushAddress{}, applications: map[string]application{},
	}
	h.offset.Store(int64(time.Until(inBerlin(t, at))))
	set, err := keys.Generate()
	h.must(err)
	var l process.Listeners
	cfg := h.configuration(&l)
	for _, change := range also {
		change(cfg)
	}
	h.process, err = process.Open(t.Context(), process.Options{
		Config: cfg, Keys: set, Parts: process.All, Log: slog.New(slog.DiscardHandler), Now: h.now, Random: rand.Reader, Listeners: l,
	})
	h.must(err)
	h.setClock()
	h.run()
	return h
}

func (h *house) configuration(l *process.Listeners) *config.Config {
	h.Helper()
	token := filepath.Join(h.TempDir(), "token")
	h.must(os.WriteFile(token, []byte(twiliotest.AuthToken), 0o600))
	cfg := config.Default()
	cfg.Database, cfg.Redis = pgtest.New(h.T), redistest.Start(h.T).URL
	l.Server, cfg.Server.PublicURL = h.listen()
	l.MobileAPI, cfg.MobileAPI.PublicURL = h.listen()
	l.Admin, _ = h.listen()
	cfg.MobileAPI.RPID, cfg.MobileAPI.Origins = "localhost", []string{cfg.MobileAPI.PublicURL}
	cfg.SMS.Twilio = config.Twilio{BaseURL: h.carrier.URL, AccountSID: twiliotest.AccountSID, AuthTokenFile: token, From: twiliotest.From}
	cfg.Mail.Host, cfg.Mail.Port, cfg.Mail.TLS, cfg.Mail.From = "localhost", h.letters.Port, "none", "Jawort <login@jawort.example>"
	h.url = cfg.Server.PublicURL
	return cfg
}

func (h *house) listen() (l net.Listener, url string) {
	h.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	h.must(err)
	return l, "http://" + strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
}

func (h *house) run() {
	ctx, stop := context.WithCancel(h.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.process.Run(ctx) }()
	h.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			h.Error(err)
		}
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.offset.Load())) }

// pass lets time pass.
func (h *house) pass(d time.Duration) {
	h.Helper()
	h.offset.Add(int64(d))
	h.setClock()
}

// until lets time pass until then.
func (h *house) until(at string) {
	h.Helper()
	h.pass(inBerlin(h.T, at).Sub(h.now()))
}

// setClock tells Redis and the database, too.
func (h *house) setClock() {
	h.Helper()
	h.process.Live().StepClock()
	h.must(h.process.Lasting().SetClockOffset(h.Context(), time.Duration(h.offset.Load())))
}

func inBerlin(t *testing.T, at string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	then, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
	if err != nil {
		t.Fatal(fmt.Errorf("requirements: %w", err))
	}
	return then
}
