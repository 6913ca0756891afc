package attack_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// bombed is an account whose password somebody knows who asks over and over.
type bombed struct {
	*town
	login    string
	phone    *phone.Phone
	record   *record
	attempts int
}

func (t *town) bombed(r *record) *bombed {
	t.Helper()
	login, _ := t.newcomer()
	return &bombed{town: t, login: login, phone: t.enrol(t.client, login, "Holder", nil), record: r}
}

// bomb asks once more, from another address and browser, and makes room for the next: the page of a login can cancel it.
func (b *bombed) bomb(answer phone.Decision) (woken bool, why string) {
	b.Helper()
	b.attempts++
	from := client.Browser{IP: fmt.Sprintf("198.51.%d.%d", b.attempts/250%250, b.attempts%250), UserAgent: "Mozilla/5.0", Session: fmt.Sprint("session ", b.attempts)}
	a, err := b.client.CreateApproval(b.Context(), client.Request{Account: b.login, Browser: from})
	b.must(err)
	b.record.Tried++
	if a.Push.Sent {
		b.record.Allowed++
	}
	if a.Push.Sent && answer != "" {
		number := map[phone.Decision]string{phone.Approve: a.Number}[answer]
		_, err := b.phone.Decide(b.Context(), b.item(b.phone, a.ID), answer, number)
		b.must(err)
		return true, ""
	}
	b.get(a.Socket.Ticket, "POST", "/v1/approvals/"+a.ID+"/cancel", "")
	return a.Push.Sent, a.Push.Reason
}

// bombFor asks every pace, and returns how often the phone was woken in each hour.
func (b *bombed) bombFor(hours int, pace time.Duration, answer phone.Decision) []int {
	b.Helper()
	woken := make([]int, hours)
	for hour := range hours {
		for range time.Hour / pace {
			if sent, _ := b.bomb(answer); sent {
				woken[hour]++
			}
			b.pass(pace)
		}
	}
	return woken
}

func TestAPhoneIsWokenFiveTimesInTenMinutesHoweverOftenItIsAsked(t *testing.T) {
	t.Parallel()
	r := begin(t, "push-bombing: nobody answers")
	b := newHouse(t, database(t)).town().bombed(r)
	hours, most := size(1, 24), 5*int(time.Hour/(10*time.Minute))
	for hour, woken := range b.bombFor(hours, 20*time.Second, "") {
		if woken > most {
			r.broke("the phone was woken %d times in hour %d, want at most %d", woken, hour, most)
		}
	}
	r.Computed, r.Measured = float64(most), float64(r.Allowed)/float64(hours)
	if _, why := b.bomb(""); why != "" && why != "push-limit" {
		r.broke("the login service is told %q", why)
	}
}

func TestWhoDeniesIsLeftInPeaceForLongerAndLonger(t *testing.T) {
	t.Parallel()
	r := begin(t, "push-bombing: each is denied")
	b := newHouse(t, database(t)).town().bombed(r)
	hours, total := size(3, 24), 0
	for hour, woken := range b.bombFor(hours, time.Minute, phone.Deny) {
		total += woken
		if want := deniedWithin(time.Duration(hour+1) * time.Hour); total > want {
			r.broke("the phone was woken %d times in %d hours, want at most %d", total, hour+1, want)
		}
	}
	if total < account.DeniesBeforePause {
		r.broke("the phone was woken %d times: that was no attack", total)
	}
	r.Computed, r.Measured = float64(deniedWithin(time.Duration(hours)*time.Hour)), float64(total)
}

// deniedWithin is how often somebody is asked who denies each time: three times, then after each pause of 5, 15, 60, 60 … minutes.
func deniedWithin(d time.Duration) (n int) {
	for at := time.Duration(0); at < d; {
		if n++; n >= 3 {
			at += pauses[min(n-3, len(pauses)-1)]
		}
	}
	return n
}

func TestWhoReportsIsNotAskedFromThereAgainUntilItIsLifted(t *testing.T) {
	t.Parallel()
	r := begin(t, "push-bombing: the first is reported")
	b := newHouse(t, database(t)).town().bombed(r)
	if sent, why := b.bomb(phone.Report); !sent {
		t.Fatalf("the first did not wake the phone: %s", why)
	}
	for range size(48, 480) { // the network is the same until the 250th
		b.pass(30 * time.Minute)
		b.attempts = b.attempts % 200
		if sent, why := b.bomb(""); sent || why != "reported" {
			r.broke("after the report the phone was woken from the same network (%q)", why)
		}
	}
	r.Computed, r.Measured = 1, float64(r.Allowed)
	n, err := b.client.LiftReports(b.Context(), b.login)
	b.must(err)
	if sent, why := b.bomb(phone.Approve); n != 1 || !sent {
		r.broke("after it was lifted (%d) the phone was not woken: %q", n, why)
	}
}
