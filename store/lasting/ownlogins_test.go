package lasting_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestAPersonSeesTheirOwnLoginsAndReportsThemLikeAPhone(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		var all []approval.Pending
		for range 3 {
			p := w.pending()
			_, err := w.decide(p, phone, approval.Approve)
			must(t, err)
			all = append(all, p)
			w.after(time.Second)
		}
		w.newAccount("4712")
		own, err := s.OwnLogins(t.Context(), w.tenant.ID, "4711", lasting.Before{Limit: 2})
		must(t, err)
		if len(own) != 2 || own[0].Outcome.Approval != all[2].ID {
			t.Fatalf("the newest two are %v", own)
		}
		older, err := s.OwnLogins(t.Context(), w.tenant.ID, "4711", lasting.Before{At: own[1].DecidedAt, ID: own[1].Outcome.Approval, Limit: 2})
		must(t, err)
		if len(older) != 1 || older[0].Outcome.Approval != all[0].ID || older[0].ApplicationName != "Portal" || older[0].Reported {
			t.Fatalf("before them came %v", older)
		}
		person := outbox.Actor{Kind: outbox.ByPerson, ID: "por_1"}
		wantError(t, s.ReportLogin(t.Context(), w.tenant.ID, "4712", all[0].ID, person), approval.ErrUnknown)
		_, err = s.OwnLogin(t.Context(), w.tenant.ID, "4712", all[0].ID)
		wantError(t, err, approval.ErrUnknown)
		for range 2 {
			must(t, s.ReportLogin(t.Context(), w.tenant.ID, "4711", all[0].ID, person))
		}
		one, err := s.OwnLogin(t.Context(), w.tenant.ID, "4711", all[0].ID)
		must(t, err)
		_, reports, err := s.Aftermath(t.Context(), one.Outcome)
		must(t, err)
		if !one.Reported || len(reports) != 1 || reports[0].Device != "" {
			t.Errorf("reported: %t, %v", one.Reported, reports)
		}
	})
}

func TestADeviceIsRenamedByItsOwnAccountOnly(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		w.newAccount("4712")
		person := outbox.Actor{Kind: outbox.ByPerson, ID: "por_1"}
		if err := s.RenameDeviceOf(t.Context(), w.tenant.ID, "4712", phone.Device, "Mine", "Eve", person); err == nil {
			t.Error("another account renamed it")
		}
		must(t, s.RenameDeviceOf(t.Context(), w.tenant.ID, "4711", phone.Device, "Pixel", "Ada", person))
		devices, err := s.Devices(t.Context(), w.tenant.ID, "4711")
		must(t, err)
		wantEqual(t, "label", devices[0].Label, "Pixel")
		wantEqual(t, "holder", devices[0].Holder, "Ada")
	})
}
