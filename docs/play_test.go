package docs_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// TestWhatIsSaidIsWhatTheFileSays plays every call with all that it answers, on a real process. The parts play on one stage, one
// after the other.
func TestWhatIsSaidIsWhatTheFileSays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.playAccounts()
	h.playEnrolment()
	h.demanding("hardware").playAttestation()
	anna, bernd := h.enrol("AB1234", "Anna"), h.enrol("AB1234", "Bernd")
	h.playCreation()
	h.playDecisions(anna, bernd)
	h.playLimits()
	h.playExpiry(anna)
	h.playBrowsers(anna)
	h.playBrowser()
	h.playCrowd()
	h.playSocket(anna)
	h.playPhone(anna)
	h.playDirectory()
	h.another().playLetters()
	h.playDevices()
	h.playCodes()
	h.playPasskeys()
	h.playBinding()
	h.playAudit()
	h.playPortal()
	h.playReceipts()
	h.playWebhooks()
	h.playUsage()
	h.playPolicy()
	h.playRefusals(anna)
	h.playFaults(anna)
	h.wantAllPlayed()
	h.wantTrueProblems()
}

func (h *house) wantAllPlayed() {
	for _, o := range operationsOf(h.T, h.doc) {
		for _, outcome := range o.outcomes() {
			if !h.referee.saw(o.OperationID, outcome) {
				h.Errorf("%s: the file promises %q, which nobody could bring about", o.OperationID, outcome)
			}
		}
	}
}

// wantTrueProblems wants the examples of refusals to be in the words in which somebody was refused.
func (h *house) wantTrueProblems() {
	examples := 0
	for _, o := range operationsOf(h.T, h.doc) {
		for _, response := range o.Responses.Map() {
			media := response.Value.Content["application/problem+json"]
			if media == nil || media.Example == nil {
				continue
			}
			var p problem
			text, err := json.Marshal(media.Example)
			h.must(err)
			h.must(json.Unmarshal(text, &p))
			examples++
			if !h.referee.told[p.String()] {
				h.Errorf("%s: nobody was refused as in the example %s", o.OperationID, p)
			}
		}
	}
	if examples == 0 {
		h.Error("no examples")
	}
}

// refused wants the code of a refusal.
func (h *house) refused(code string, err error) {
	h.Helper()
	var byServer *client.Error
	if got := phone.Code(err); got == code || (errors.As(err, &byServer) && byServer.Code == code) {
		return
	}
	h.Errorf("got %v, want the refusal %s", err, code)
}

func (h *house) playAccounts() {
	ctx := h.Context()
	for _, label := range []string{"", "Büro Süd", ""} {
		_, err := h.client.PutAccount(ctx, "AB1234", label)
		h.must(err)
	}
	for _, login := range []string{"CD5678", "EF9012"} {
		_, err := h.client.PutAccount(ctx, login, "")
		h.must(err)
	}
	page, err := h.client.Accounts(ctx, client.AccountFilter{Prefix: "", Limit: 2})
	h.must(err)
	rest, err := h.client.Accounts(ctx, client.AccountFilter{After: page.Next})
	h.must(err)
	if len(page.Accounts) != 2 || len(rest.Accounts) != 1 {
		h.Errorf("pages of %d and %d accounts", len(page.Accounts), len(rest.Accounts))
	}
	a, err := h.client.Account(ctx, "AB1234")
	h.must(err)
	if a.Label != "Büro Süd" {
		h.Errorf("label = %q", a.Label)
	}
	h.must(h.client.DeleteAccount(ctx, "EF9012"))
}

func (h *house) playEnrolment() {
	ctx := h.Context()
	e, err := h.client.StartEnrolment(ctx, "AB1234")
	h.must(err)
	_, err = h.client.ConfirmEnrolment(ctx, e.ID, "123456")
	h.refused("not-completed", err)
	for code, i := range map[string]phone.Installation{
		"os-too-old":           {Platform: "ios", OSVersion: "12.1", Language: "de"},
		"screen-lock-required": {Platform: "ios", OSVersion: "26.1", Notifications: true},
		"notifications-off":    {Platform: "web", OSVersion: "1", ScreenLock: true},
	} {
		unfit, err := h.client.StartEnrolment(ctx, "AB1234")
		h.must(err)
		_, err = phone.New(phone.Options{HTTPClient: h.http, Installation: i}).Enrol(ctx, unfit.Link, "Anna", "Old phone", nil)
		h.refused(code, err)
	}
	push := &phone.PushAddress{Provider: "fcm", App: "project", Token: "token"}
	digits, err := phone.New(phone.Options{HTTPClient: h.http}).Enrol(ctx, e.Link, "Carla", "Carla's phone", push)
	h.must(err)
	for range 3 {
		_, err = h.client.ConfirmEnrolment(ctx, e.ID, otherThan(digits))
		h.refused("wrong-digits", err)
	}
	_, err = h.client.ConfirmEnrolment(ctx, e.ID, digits)
	h.refused("enrolment-ended", err)
	e, err = h.client.Enrolment(ctx, e.ID)
	h.must(err)
	if e.Status != client.EnrolmentFailed {
		h.Errorf("enrolment is %s", e.Status)
	}
}

// otherThan returns digits that differ in the last one.
func otherThan(digits string) string {
	last := len(digits) - 1
	return digits[:last] + string('0'+(digits[last]-'0'+1)%10)
}

// ask asks for a login of the shared account.
func (h *house) ask() client.Approval {
	h.Helper()
	return h.askFrom("203.0.113.9")
}

func (h *house) askFrom(ip string) client.Approval {
	h.Helper()
	a, err := h.client.CreateApproval(h.Context(), client.Request{Account: "AB1234", Browser: client.Browser{IP: ip, UserAgent: "Mozilla/5.0"}})
	h.must(err)
	return a
}

// item fetches what the phone is asked in one approval.
func (h *house) item(p *phone.Phone, a client.Approval) phone.Item {
	h.Helper()
	items, err := p.Pending(h.Context(), 0, nil)
	h.must(err)
	i := slices.IndexFunc(items, func(i phone.Item) bool { return i.ID == a.ID })
	if i < 0 {
		h.Fatalf("%s does not wait for the phone", a.ID)
	}
	return items[i]
}
