package mobileapi_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/outbox"
)

type entry struct{ ID, Device, Document string }

func (a answer) entries(t *testing.T) []entry {
	t.Helper()
	var body struct{ Approvals []entry }
	if err := json.Unmarshal(a.ok(t).raw, &body); err != nil {
		t.Fatal(err)
	}
	return body.Approvals
}

func TestAPhoneGetsTheDocumentsOfAllItsDevices(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a, other := b.account("4711"), b.account("4712")
	p := b.phone("x").enrol(a)
	first := p.device
	p.enrol(other)
	q, r := b.question(a), b.question(other)
	b.question(b.account("4713"))
	got := map[string]entry{}
	for _, e := range p.call("GET", "/v1/approvals", nil).entries(t) {
		got[e.ID] = e
	}
	if len(got) != 2 || got[q.ID].Device != first || got[r.ID].Device != p.device {
		t.Fatalf("got %v", got)
	}
	document := must(base64.RawURLEncoding.DecodeString(got[q.ID].Document))(t)
	if string(document) != string(q.Document) {
		t.Error("the document is not the one that is signed")
	}
}

func TestNothingPendingIsAnEmptyList(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x").enrol(b.account("4711"))
	if got := p.call("GET", "/v1/approvals", nil).ok(t); strings.TrimSpace(string(got.raw)) != `{"approvals":[]}` {
		t.Errorf("got %s", got.raw)
	}
}

func TestWhatIsHandedOutIsMarkedReceived(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	for _, path := range []string{"/v1/approvals", "/v1/approvals/"} {
		q := b.question(a)
		if strings.HasSuffix(path, "/") {
			path += q.ID
		}
		p.call("GET", path, nil).ok(t)
		if got := must(b.live.Deliveries(t.Context(), []string{q.ID}))(t)[q.ID]; got.Received != 1 {
			t.Errorf("%s: got %+v", path, got)
		}
	}
}

func TestOneApprovalIsAnsweredOnlyToItsOwnPhones(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p, stranger := b.phone("x").enrol(a), b.phone("y").enrol(b.account("4712"))
	q := b.question(a)
	if got := p.call("GET", "/v1/approvals/"+q.ID, nil).entries(t); len(got) != 1 || got[0].ID != q.ID || got[0].Device != p.device {
		t.Errorf("got %v", got)
	}
	unknown := stranger.call("GET", "/v1/approvals/apr_0aaaaaaaaaaaaaaaaaaaaaaaaaa", nil).want(t, http.StatusNotFound, "unknown-approval").uniform(t)
	for name, path := range map[string]string{"foreign": q.ID, "no id": "x"} {
		if got := stranger.call("GET", "/v1/approvals/"+path, nil); got.uniform(t) != unknown {
			t.Errorf("%s: got %s", name, got.raw)
		}
	}
	if got := must(b.live.Deliveries(t.Context(), []string{q.ID}))(t)[q.ID]; got.Received != 1 {
		t.Errorf("the stranger's look counted: %+v", got)
	}
}

func TestAnEndedApprovalIsShownNoMore(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p, second := b.phone("Ada's phone").enrol(a), b.phone("y").enrol(a)
	q := b.question(a)
	p.decide(q, approval.Approve, "42").ok(t)
	if got := second.call("GET", "/v1/approvals/"+q.ID, nil).want(t, http.StatusConflict, "already-decided"); got.body["by"] != "Ada's phone" {
		t.Errorf("got %s", got.raw)
	}
	if got := second.call("GET", "/v1/approvals", nil).entries(t); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	old := b.questionOf(a, "session")
	young := b.questionOf(a, "session")
	second.call("GET", "/v1/approvals/"+old.ID, nil).want(t, http.StatusConflict, "already-decided")
	if got := second.call("GET", "/v1/approvals", nil).entries(t); len(got) != 1 || got[0].ID != young.ID {
		t.Errorf("got %v", got)
	}
	b.later(approval.DefaultLife)
	second.call("GET", "/v1/approvals/"+young.ID, nil).want(t, http.StatusGone, "expired")
	if got := second.call("GET", "/v1/approvals", nil).entries(t); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestARevokedDeviceSeesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	b.check(b.lasting.RevokeDevice(t.Context(), b.tenant.ID, a.ExternalID, p.device, outbox.Actor{}))
	if got := p.call("GET", "/v1/approvals", nil).entries(t); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	p.call("GET", "/v1/approvals/"+q.ID, nil).want(t, http.StatusNotFound, "unknown-approval")
}

// wait starts a long-poll and returns once the phone waits.
func (p *phone) wait(t *testing.T, b *bench, query string) <-chan []entry {
	t.Helper()
	waiting := p.prepare("GET", "/v1/approvals?wait=60"+query, nil)
	answered := make(chan []entry, 1)
	go func() {
		defer close(answered)
		resp, err := http.DefaultClient.Do(waiting)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		var got struct{ Approvals []entry }
		if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || resp.StatusCode != http.StatusOK {
			t.Error(resp.Status, err)
		}
		answered <- got.Approvals
	}()
	select {
	case <-b.subscribed:
	case <-time.After(10 * time.Second):
		t.Fatal("the phone does not wait")
	}
	return answered
}

func wantShown(t *testing.T, answered <-chan []entry, ids ...string) {
	t.Helper()
	select {
	case got := <-answered:
		var shown []string
		for _, e := range got {
			shown = append(shown, e.ID)
		}
		if !slices.Equal(shown, ids) {
			t.Errorf("the phone is shown %v, want %v", shown, ids)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the phone was not answered")
	}
}

func TestAWaitingPhoneIsAnsweredWhenSomethingNewIsAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	known := b.question(a)
	answered := p.wait(t, b, "&known="+known.ID)
	asked := b.question(a)
	wantShown(t, answered, known.ID, asked.ID)
}

func TestAWaitingPhoneIsAnsweredWhenAnotherPhoneAnswers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p, other := b.phone("x").enrol(a), b.phone("y").enrol(a)
	known := b.question(a)
	answered := p.wait(t, b, "&known="+known.ID)
	other.decide(known, approval.Approve, "42").ok(t)
	wantShown(t, answered)
}

func TestAWaitingPhoneIsAnsweredWhenTheServerShutsDown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	known := b.question(a)
	answered := p.wait(t, b, "&known="+known.ID)
	b.shutdown()
	wantShown(t, answered, known.ID)
}

func TestAPhoneWaitsNoLongerThanItWants(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x").enrol(b.account("4711"))
	if got := p.call("GET", "/v1/approvals?wait=1", nil).entries(t); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	p.call("GET", "/v1/approvals?wait=soon", nil).want(t, http.StatusUnprocessableEntity, "invalid-request")
	p.call("GET", "/v1/approvals?known="+strings.Repeat("a,", 65), nil).want(t, http.StatusUnprocessableEntity, "invalid-request")
}

func TestAPhoneThatWaitsIsAnsweredAtOnceWithWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	p := b.phone("x").enrol(a)
	q := b.question(a)
	if got := p.call("GET", "/v1/approvals?wait=60", nil).entries(t); len(got) != 1 || got[0].ID != q.ID {
		t.Errorf("got %v", got)
	}
}
