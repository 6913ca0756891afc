package journeys_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

// slow is a cheap phone in a bad network.
var slow = browsertest.Slow{CPU: 4, RoundTrip: 150 * time.Millisecond, Bits: 1.6e6}

// seen notes when the page shows a text for the first time, in milliseconds since it was opened.
const seen = `(() => {
	self.seen = {};
	const look = () => {
		for (const e of document.querySelectorAll(".cards li, h1")) seen[e.innerText.split("\n")[0]] ??= performance.now();
	};
	new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
})()`

// installed returns a registered phone whose app and list are kept by its browser, and its worker.
func (h *house) installed() (*phone, *browsertest.Worker) {
	h.Helper()
	p := h.newPhone("Ada")
	w := p.Worker()
	p.enrol(h.link(login))
	p.Until(`navigator.serviceWorker.controller !== null`)
	p.Before(seen)
	p.Slow(slow)
	return p, w
}

// opened opens the app anew, its worker too, and waits for a text that nobody knew before. It returns when that was shown, and how many
// answers of the server there were until then.
func (p *phone) opened(w *browsertest.Worker, text string) (after time.Duration, answers int) {
	p.Helper()
	p.Go("about:blank")
	w.Stop()
	p.Go(p.house.url)
	p.Until(fmt.Sprintf(`seen[%q] !== undefined`, text))
	got := browsertest.Eval[struct {
		After   float64
		Answers []float64
	}](p.Tab, fmt.Sprintf(`({ After: seen[%q], Answers: performance.getEntriesByType("resource").filter((e) => e.name.includes("/v1/") && e.responseEnd <= seen[%[1]q]).map((e) => e.duration) })`, text))
	for _, took := range got.Answers {
		if took < float64(slow.RoundTrip.Milliseconds()) {
			p.Fatalf("an answer took %v ms: the network is not slow", took)
		}
	}
	return time.Duration(got.After * float64(time.Millisecond)), len(got.Answers)
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

func reportOpening(b *testing.B, all []time.Duration, answers int) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(median(all).Milliseconds()), "ms-median")
	b.ReportMetric(float64(slices.Max(all).Milliseconds()), "ms-slowest")
	b.ReportMetric(float64(answers), "answers")
}

// The list of logins, with a label that has changed since.
func BenchmarkOpeningTheInstalledAppToItsList(b *testing.B) {
	h := build(b)
	p, w := h.installed()
	var all []time.Duration
	answers := 0
	for b.Loop() {
		label := fmt.Sprintf("Office %d", len(all))
		h.account(login, label)
		var after time.Duration
		after, answers = p.opened(w, label)
		all = append(all, after)
	}
	reportOpening(b, all, answers)
}

// A question that came while the app was closed.
func BenchmarkOpeningTheInstalledAppToAQuestion(b *testing.B) {
	h := build(b)
	p, w := h.installed()
	var all []time.Duration
	answers := 0
	for b.Loop() {
		p.Go("about:blank")
		a := h.ask()
		var after time.Duration
		after, answers = p.opened(w, "Is this you?")
		all = append(all, after)
		h.must(h.client.CancelApproval(b.Context(), a.ID))
		p.Heading("Already answered")
	}
	reportOpening(b, all, answers)
}

// How fast people are: the keystroke-level model of Card, Moran and Newell (1980), with phone keys twice as slow as a desk's, and
// Brysbaert's (2019) 238 words a minute for reading.
const (
	thinking   = 1350 * time.Millisecond // before each thing to do
	pointing   = 1100 * time.Millisecond // at something to tap or click
	deskKey    = 280 * time.Millisecond
	phoneKey   = 560 * time.Millisecond
	turning    = 400 * time.Millisecond // from the one device to the other
	reading    = 252 * time.Millisecond // a word
	unlocking  = 2 * time.Second        // by finger or face
	allLetters = "Ada Lovelace"
)

// person does what people do, and counts how long they would take.
type person struct {
	*phone
	took time.Duration
}

func (p *person) reads() {
	words := browsertest.Eval[int](p.Tab, `document.querySelector("main").innerText.trim().split(/\s+/).length`)
	p.took += time.Duration(words) * reading
}

func (p *person) taps(selector string) {
	p.took += thinking + pointing
	p.Click(selector)
}

func (p *person) types(selector, text string) {
	p.took += thinking + pointing + time.Duration(len(text))*phoneKey
	p.Type(selector, text)
}

// turns from the phone to the desk, reads something short there, or the other way round.
func (p *person) turns() { p.took += turning + thinking }

// notAsked stands in for a browser that asks for its person's consent, and gets it.
const notAsked = `(() => {
	let allowed = false;
	Object.defineProperty(Notification, "permission", { get: () => (allowed ? "granted" : "default") });
	Notification.requestPermission = async () => { allowed = true; return "granted"; };
})()`

// enrols opens the link of a first login, and confirms that very login.
func (p *person) enrols(first client.Approval) {
	e := p.house.linkOf(first)
	p.Go(e.Link)
	p.Wait(".allow")
	p.reads()
	p.taps(".allow")
	p.took += thinking + pointing // the browser's own question
	p.Wait(".register")
	p.reads()
	p.types("[name=holder]", allLetters)
	p.taps(".register .primary")
	p.took += unlocking
	digits := p.digits()
	p.reads()
	p.turns()
	p.took += pointing + time.Duration(len(digits)+1)*deskKey // and Enter
	p.house.onPage(first, "/enrolments/"+e.ID+"/confirm", map[string]string{"code": digits}, nil)
	p.turns()
}

func (p *person) confirms(a client.Approval) {
	p.Heading("Is this you?")
	p.reads()
	p.turns() // to the number, and back
	p.turns()
	for _, digit := range a.Number {
		p.took += pointing
		p.Click(fmt.Sprintf(`[data-digit="%c"]`, digit))
	}
	p.taps(".approve")
	p.took += unlocking
	p.Heading("Confirmed")
	p.house.want(a, client.Approved)
}

// From the opened link to the approved login, for somebody who has never seen any of it.
func BenchmarkFromTheLinkToTheApprovedLogin(b *testing.B) {
	var all []time.Duration
	var machine time.Duration
	for b.Loop() {
		h := build(b)
		p := &person{phone: h.newPhone(allLetters)}
		p.Before(notAsked)
		first := h.ask()
		begun := time.Now()
		p.enrols(first)
		p.confirms(first)
		machine = time.Since(begun)
		all = append(all, p.took+machine)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(all).Seconds(), "s-median")
	b.ReportMetric(slices.Max(all).Seconds(), "s-slowest")
	b.ReportMetric(machine.Seconds(), "s-of-machine")
}
