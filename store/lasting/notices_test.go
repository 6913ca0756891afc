package lasting_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/lasting"
)

const maskedNumber = "+49 *** **99"

// news gives the account's phones the news of a changed number, as event n would.
func (w *world) news(n string, change ...func(*lasting.News)) {
	w.t.Helper()
	must(w.t, w.tryNews(n, change...))
}

func (w *world) tryNews(n string, change ...func(*lasting.News)) error {
	w.t.Helper()
	now, err := w.s.Now(w.t.Context())
	must(w.t, err)
	news := lasting.News{
		Tenant: w.tenant.ID, Account: w.account.ID, Occasion: courier.ChangedNumber, Fact: maskedNumber, About: now, At: now,
	}
	for _, c := range change {
		c(&news)
	}
	return w.s.PutNews(w.t.Context(), news, func(installation string) (string, error) { return noticeOf(n, installation), nil })
}

func noticeOf(n, installation string) string { return id.Notice + n + installation }

// told returns the devices of a phone that have something to show.
func (w *world) told(installation string) []string {
	w.t.Helper()
	all, err := w.s.Notices(w.t.Context(), installation)
	must(w.t, err)
	var devices []string
	for _, n := range all {
		devices = append(devices, n.Device)
	}
	return devices
}

// due returns the phones that are to be woken.
func (w *world) due() []lasting.Alarm {
	w.t.Helper()
	alarms, _, err := w.s.DueNotices(w.t.Context(), 100, time.Minute)
	must(w.t, err)
	return alarms
}

func TestNewsIsOnEveryActiveDeviceOfTheAccountAndOnNoOther(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, stranger := newWorld(t, s), newWorld(t, s)
		one, two, gone, foreign := w.phone(), w.phone(), w.phone(), stranger.phone()
		other := w.phoneOf(w.newAccount("4712"))
		_, waiting := w.completed(w.account, "not confirmed")
		must(t, s.RevokeDevice(t.Context(), w.tenant.ID, "4711", gone.Device, byKey))
		w.news("1")
		for _, phone := range []approval.Signer{one, two} {
			if got := w.told(phone.Installation); !slices.Equal(got, []string{phone.Device}) {
				t.Errorf("told are %v", got)
			}
		}
		for _, phone := range []string{gone.Installation, foreign.Installation, other.Installation, waiting.Installation} {
			wantEqual(t, "notices of a phone that is none of the account's", len(w.told(phone)), 0)
		}
		wantEqual(t, "rows", w.count(`notices`), 2)
		all, err := s.Notices(t.Context(), one.Installation)
		must(t, err)
		n := all[0]
		if n.ID != noticeOf("1", one.Installation) || n.AccountLabel != w.account.Label || n.TenantName != w.tenant.Name ||
			n.Occasion != courier.ChangedNumber || n.Fact != maskedNumber || n.At.IsZero() || !n.About.Equal(n.At) {
			t.Errorf("the notice is %+v", n)
		}
	})
}

func TestWhoCausedItIsLeftOut(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		first, second, third := w.phoneWithKey(w.account, "shared phone"), w.phoneWithKey(w.account, "shared phone"), w.phone()
		wantEqual(t, "installation", first.Installation, second.Installation)
		w.news("1", func(n *lasting.News) { n.ButDevice = first.Device })
		if got := w.told(first.Installation); !slices.Equal(got, []string{second.Device}) {
			t.Errorf("told are %v, want the other device of the phone", got)
		}
		w.news("2", func(n *lasting.News) { n.ButInstallation = third.Installation })
		wantEqual(t, "notices of the phone that did it", len(w.told(third.Installation)), 1)
		wantEqual(t, "notices of the other one", len(w.told(first.Installation)), 3)
	})
}

func TestNewsThatIsPutAgainComesOnceAndIsNotUnreadAgain(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		inParallel(6, func(int) bool { w.news("1"); return true })
		wantEqual(t, "notices", len(w.told(phone.Installation)), 1)
		for range 2 {
			must(t, s.ReadNotice(t.Context(), phone.Installation, noticeOf("1", phone.Installation)))
		}
		w.news("1")
		wantEqual(t, "notices that were read", len(w.told(phone.Installation)), 0)
		wantEqual(t, "alarms", len(w.due()), 0)
	})
}

func TestOnlyItsOwnPhoneReadsANotice(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		own, beside, gone := w.phone(), w.phone(), w.phone()
		w.news("1")
		must(t, s.RevokeDevice(t.Context(), w.tenant.ID, "4711", gone.Device, byKey))
		wantError(t, s.ReadNotice(t.Context(), beside.Installation, noticeOf("1", own.Installation)), account.ErrUnknownNotice)
		wantError(t, s.ReadNotice(t.Context(), gone.Installation, noticeOf("1", gone.Installation)), account.ErrUnknownNotice)
		wantError(t, s.ReadNotice(t.Context(), own.Installation, "ntc_none"), account.ErrUnknownNotice)
		wantEqual(t, "notices", len(w.told(own.Installation)), 1)
		wantEqual(t, "notices of a revoked device", len(w.told(gone.Installation)), 0)
	})
}

func TestAPhoneWithTwoDevicesReadsOnceAndIsWokenOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phoneWithKey(w.account, "shared phone")
		w.phoneWithKey(w.account, "shared phone")
		w.news("1")
		wantEqual(t, "entries", len(w.told(phone.Installation)), 2)
		alarms := w.due()
		if len(alarms) != 1 || alarms[0].Recipient.Installation != phone.Installation || alarms[0].Account != w.account.ID ||
			string(alarms[0].Recipient.Address) != "sealed" || alarms[0].Recipient.Language != "de" || alarms[0].Recipient.AddressVersion == 0 {
			t.Fatalf("alarms are %+v", alarms)
		}
		must(t, s.ReadNotice(t.Context(), phone.Installation, alarms[0].Notice))
		wantEqual(t, "entries after reading", len(w.told(phone.Installation)), 0)
	})
}

func TestAPhoneIsWokenUntilItsPushWasTakenAndEachTimeLater(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		w.news("1")
		wantEqual(t, "alarms handed out to six at once", inParallel(6, func(int) bool { return len(w.due()) == 1 }), 1)
		for _, step := range []struct {
			after time.Duration
			want  int
		}{
			{50 * time.Second, 0},
			{2 * time.Minute, 1}, // due after one minute, and then after as long as it is old
			{3 * time.Minute, 0}, {5 * time.Minute, 1}, {40 * time.Hour, 1},
			{71 * time.Hour, 0}, {81 * time.Hour, 0}, // more than three days old: not any more
		} {
			w.after(step.after)
			if got := len(w.due()); got != step.want {
				t.Errorf("after %v: %d alarms, want %d", step.after, got, step.want)
			}
		}
		wantEqual(t, "notices that are still looked at", w.count(`notices WHERE due_at > 0`), 0)
		w.news("2")
		must(t, s.NoticePushed(t.Context(), noticeOf("2", phone.Installation)))
		wantEqual(t, "alarms after the push was taken", len(w.due()), 0)
		wantEqual(t, "notices", len(w.told(phone.Installation)), 2)
	})
}

func TestAPhoneThatCannotBeWokenIsWokenOnceItCan(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		must(t, s.PutAddress(t.Context(), phone.Installation, nil))
		w.news("1")
		wantEqual(t, "alarms without an address", len(w.due()), 0)
		must(t, s.PutAddress(t.Context(), phone.Installation, []byte("new")))
		w.after(2 * time.Minute)
		alarms := w.due()
		if len(alarms) != 1 || string(alarms[0].Recipient.Address) != "new" {
			t.Errorf("alarms are %+v", alarms)
		}
	})
}

func TestAPushIsOfUseWhileTheNoticeIsUnreadAndYoungAndItsDeviceThere(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		read, gone, late := w.phone(), w.phone(), w.phone()
		w.news("1")
		useful := func(phone approval.Signer) bool {
			ok, err := s.NoticeUnread(t.Context(), noticeOf("1", phone.Installation))
			must(t, err)
			return ok
		}
		for _, phone := range []approval.Signer{read, gone, late} {
			wantEqual(t, "of use", useful(phone), true)
		}
		must(t, s.ReadNotice(t.Context(), read.Installation, noticeOf("1", read.Installation)))
		must(t, s.RevokeDevice(t.Context(), w.tenant.ID, "4711", gone.Device, byKey))
		wantEqual(t, "of use once it was read", useful(read), false)
		wantEqual(t, "of use on a revoked device", useful(gone), false)
		w.after(account.NoticePushed - time.Minute)
		wantEqual(t, "of use before three days are over", useful(late), true)
		w.after(account.NoticePushed + time.Minute)
		wantEqual(t, "of use after three days", useful(late), false)
		wantEqual(t, "alarms", len(w.due()), 0)
	})
}

func TestAPhoneGetsTheNewestNoticesAndNoneThatIsOld(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		now, err := s.Now(t.Context())
		must(t, err)
		w.news("new")
		for i := range account.MaxNotices + 5 {
			w.news(newID(t, "x"), func(n *lasting.News) { n.At = now.Add(-time.Duration(i+1) * time.Second) })
		}
		all, err := s.Notices(t.Context(), phone.Installation)
		must(t, err)
		wantEqual(t, "notices at once", len(all), account.MaxNotices)
		wantEqual(t, "the newest", all[0].ID, noticeOf("new", phone.Installation))
		w.after(account.NoticeKept + time.Minute)
		wantEqual(t, "notices after 90 days", len(w.told(phone.Installation)), 0)
		dropped, err := s.ForgetNotices(t.Context(), 100)
		must(t, err)
		wantEqual(t, "dropped at once", dropped, 100)
		_, err = s.ForgetNotices(t.Context(), 100)
		must(t, err)
		wantEqual(t, "rows", w.count(`notices`), 0)
	})
}

func TestWhatARevokedDeviceWasToldIsDroppedAndTheRestStays(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		left, gone := w.phone(), w.phone()
		w.news("1")
		must(t, s.RevokeDevice(t.Context(), w.tenant.ID, "4711", gone.Device, byKey))
		n, err := s.ForgetNotices(t.Context(), 100)
		must(t, err)
		wantEqual(t, "dropped", n, 1)
		wantEqual(t, "notices of the other device", len(w.told(left.Installation)), 1)
	})
}

func TestNoticesGoAsEarlyAsTheirTenantWants(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		phone, foreign := w.phone(), other.phone()
		now, err := s.Now(t.Context())
		must(t, err)
		w.news("old", func(n *lasting.News) { n.At = now.Add(-time.Hour) })
		other.news("old", func(n *lasting.News) { n.At = now.Add(-time.Hour) })
		w.news("new")
		n, err := s.EraseBefore(t.Context(), w.tenant.ID, now.Add(-time.Minute), 100)
		must(t, err)
		wantEqual(t, "erased", n, 1)
		wantEqual(t, "notices", len(w.told(phone.Installation)), 1)
		wantEqual(t, "notices of another tenant", len(w.told(foreign.Installation)), 1)
	})
}

func TestAnAccountThatIsDeletedOrErasedTellsItsPhonesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		w.news("1")
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, "4711", support))
		wantEqual(t, "notices of a deleted account", len(w.told(phone.Installation)), 0)
		wantEqual(t, "alarms", len(w.due()), 0)
		wantError(t, w.tryNews("2"), account.ErrUnknownAccount)
		must(t, s.EraseAccount(t.Context(), w.tenant.ID, "4711", support))
		wantEqual(t, "rows of an erased account", w.count(`notices`), 0)

		elsewhere := newWorld(t, s)
		wantError(t, elsewhere.tryNews("3", func(n *lasting.News) { n.Tenant = w.tenant.ID }), account.ErrUnknownAccount)
	})
}
