package notice_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server/notice"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// device is a registration of the account.
type device struct{ id, installation string }

// phone registers a phone for the account.
func (w *world) phone() device {
	w.Helper()
	return w.deviceOn(rand.Text())
}

// deviceOn registers one on the phone with this key.
func (w *world) deviceOn(key string) device {
	w.Helper()
	e := w.enrolment(key)
	_, d, err := w.lasting.ConfirmEnrolment(w.Context(), w.tenant.ID, e.ID, true, outbox.Actor{})
	w.must(err)
	return device{d.ID, d.Installation}
}

func (w *world) enrolment(key string) account.Enrolment {
	w.Helper()
	e := account.Enrolment{
		ID: w.id(id.Enrolment), Authority: account.ByOperator, Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID,
		Device: w.id(id.Device), Challenge: []byte("challenge"), ExpiresAt: time.Now().Add(account.EnrolmentLife),
	}
	hash := account.HashCode(e.ID)
	w.must(w.lasting.CreateEnrolment(w.Context(), e, hash, "", outbox.Actor{}))
	_, err := w.lasting.ClaimEnrolment(w.Context(), hash, key)
	w.must(err)
	_, err = w.lasting.CompleteEnrolment(w.Context(), account.Completion{
		Enrolment: e.ID, Thumbprint: key, Installation: w.id(id.Installation), Holder: "Mallory", Label: "Call +49 666", Address: []byte("sealed"),
		Credential: approval.Credential{ID: []byte(e.ID), Device: e.Device, PublicKey: []byte("cose")},
		Posture:    account.Posture{Platform: "android", OSVersion: "15", Model: "Pixel", Language: "de", ScreenLock: true, Notifications: true},
	})
	w.must(err)
	return e
}

// shown returns the news of a phone, newest first.
func (w *world) shown(on device) []lasting.Notice {
	w.Helper()
	all, err := w.lasting.Notices(w.Context(), on.installation)
	w.must(err)
	return all
}

// wantShown ends in an error unless exactly these phones show one piece of news, and this one.
func (w *world) wantShown(o courier.Occasion, fact string, on ...device) {
	w.Helper()
	if n := w.count(`notices`); n != len(on) {
		w.Errorf("%d devices are told, want %d", n, len(on))
	}
	for _, d := range on {
		got := w.shown(d)
		if len(got) != 1 || got[0].Occasion != o || got[0].Fact != fact || got[0].Device != d.id {
			w.Errorf("%s shows %+v, want %s of %q", d.id, got, o, fact)
		}
	}
	w.sql(`DELETE FROM notices`)
	w.forgetEvents()
}

func TestEveryAnnouncementIsOnAllPhonesOfTheAccount(t *testing.T) {
	onEach(t, func(w *world) {
		one, two := w.phone(), w.phone()
		w.forgetEvents()
		for _, event := range []struct {
			happens  func()
			occasion courier.Occasion
			fact     string
		}{
			{func() { w.change(account.Edit{Phone: account.Set(newNumber)}) }, courier.ChangedNumber, "+49 ••• ••99"},
			{func() { w.change(account.Edit{Email: account.Set(newAddress)}) }, courier.ChangedAddress, "e•••@example.org"},
			{func() { w.change(account.Edit{Email: account.Set("")}) }, courier.ChangedAddress, ""},
			{func() { w.happen("method.activated", map[string]any{"method": "totp"}) }, courier.NewMethod, "totp"},
			{func() { w.happen("recovery.announced", map[string]any{"opens_at": time.Now()}) }, courier.RecoveryPending, ""},
			{func() { w.end(approval.Login, approval.StatusReported) }, courier.ReportedLogin, ""},
			{func() { w.end(approval.Transaction, approval.StatusReported) }, courier.ReportedTransaction, ""},
		} {
			event.happens()
			w.follow()
			w.wantShown(event.occasion, event.fact, one, two)
		}
	})
}

func TestANewDeviceIsAnnouncedOnAllButItselfAlsoOnTheSamePhone(t *testing.T) {
	onEach(t, func(w *world) {
		first, beside := w.phone(), w.deviceOn("shared phone")
		w.forgetEvents()
		w.deviceOn("shared phone")
		w.follow()
		w.wantShown(courier.NewDevice, "android", first, beside)
	})
}

func TestAReportIsToldOnEveryPhoneButTheOneThatReported(t *testing.T) {
	onEach(t, func(w *world) {
		reporting, other := w.phone(), w.phone()
		w.forgetEvents()
		apr := w.end(approval.Login, approval.StatusReported)
		w.sql(`UPDATE outbox SET installation = $1 WHERE subject = $2`, reporting.installation, apr)
		w.follow()
		w.wantShown(courier.ReportedLogin, "", other)
	})
}

func TestWhatIsFollowedTwiceIsOnAPhoneOnceAndStaysRead(t *testing.T) {
	onEach(t, func(w *world) {
		phone := w.phone()
		w.forgetEvents()
		w.change(account.Edit{Phone: account.Set(newNumber)})
		events := w.events()
		for range 2 {
			for _, e := range events {
				w.must(w.follower.Follow(w.Context(), []outbox.Event{e}))
			}
		}
		shown := w.shown(phone)
		if len(shown) != 1 || !id.Valid(id.Notice, shown[0].ID) {
			t.Fatalf("shown are %+v", shown)
		}
		w.must(w.lasting.ReadNotice(w.Context(), phone.installation, shown[0].ID))
		w.must(w.follower.Follow(w.Context(), []outbox.Event{events[0]}))
		if shown = w.shown(phone); len(shown) != 0 {
			t.Errorf("what was read is shown again: %+v", shown)
		}
		w.change(account.Edit{Phone: account.Set(number)}) // another event is other news
		w.follow()
		if shown = w.shown(phone); len(shown) != 1 {
			t.Errorf("shown are %+v", shown)
		}
	})
}

func TestPhonesAreToldThoughNothingCanBeSent(t *testing.T) {
	inMemory(t, func(w *world) {
		phone := w.phone()
		w.forgetEvents()
		w.follower.Channels = nil
		w.change(account.Edit{Phone: account.Set(newNumber)})
		w.follow()
		w.want(nil)
		w.wantShown(courier.ChangedNumber, "+49 ••• ••99", phone)
	})
}

// pushes is the queue to the gateway.
type pushes struct {
	err    error
	queued chan approval.PushJob
}

func (p *pushes) Notify(_ context.Context, _ string, j approval.PushJob) error {
	if p.err == nil {
		p.queued <- j
	}
	return p.err
}

// wakes runs a waker for one tick.
func (w *world) wakes(p *pushes) {
	w.Helper()
	ticks := make(chan time.Time)
	ctx, stop := context.WithCancel(w.Context())
	ended := make(chan error)
	waker := notice.Waker{
		Due: w.lasting, Pushes: p, Now: time.Now, Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
		Tick: func(time.Duration) (<-chan time.Time, func()) { return ticks, func() {} },
	}
	go func() { ended <- waker.Run(ctx) }()
	ticks <- time.Time{}
	ticks <- time.Time{} // the first is done
	stop()
	w.must(<-ended)
}

func TestEachPhoneIsWokenOnceAndAgainWhereTheQueueForgotIt(t *testing.T) {
	onEach(t, func(w *world) {
		one, two := w.deviceOn("shared phone"), w.phone()
		w.deviceOn("shared phone")
		w.forgetEvents()
		w.change(account.Edit{Phone: account.Set(newNumber)})
		w.follow()

		p := &pushes{err: errors.New("redis is away"), queued: make(chan approval.PushJob, 10)}
		w.wakes(p)
		if len(p.queued) != 0 || !strings.Contains(w.log.String(), "redis is away") {
			t.Error("a queue that takes nothing took something, or nobody said so")
		}
		w.must(w.db.SetClockOffset(w.Context(), 2*time.Minute))
		p.err = nil
		w.wakes(p)
		close(p.queued)
		woken := map[string]approval.PushJob{}
		for j := range p.queued {
			woken[j.Recipient.Installation] = j
			if j.Kind != approval.JobNotice || !id.Valid(id.Notice, j.ID) || string(j.Recipient.Address) != "sealed" ||
				time.Until(j.ExpiresAt) > 2*time.Minute || time.Until(j.KeepUntil) < 71*time.Hour {
				t.Errorf("the job is %+v", j)
			}
		}
		want := slices.Sorted(slices.Values([]string{one.installation, two.installation}))
		if got := slices.Sorted(maps.Keys(woken)); !slices.Equal(got, want) {
			t.Errorf("woken are %v, want %v", got, want)
		}
	})
}
