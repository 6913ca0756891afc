package live

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
)

var createContract = []clause{
	{"a created approval is read back as it was", readBack},
	{"an approval that nobody knows is refused", unknownApproval},
	{"creating the same approval again changes nothing", createTwice},
	{"a repeated request gets the first answer and creates nothing", repeatedRequest},
	{"an idempotency key belongs to application and account and lives a day", scopeOfIdempotencyKey},
	{"fifty equal requests at once create one approval", repeatedAtOnce},
	{"a newer approval of the same session supersedes the older", supersede},
	{"approvals of one session created at once leave one that is not superseded", supersedeAtOnce},
	{"pending approvals are listed oldest first and not past their expiry", listPending},
	{"a record is forgotten ten minutes after its end", forgetRecord},
	{"a script's error does not look like an outage", scriptError},
}

func readBack(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account), "ins_a", "ins_b")
	p.Session, p.Kind = "session", approval.Transaction
	w.create(p)
	got, err := w.Pending(t.Context(), p.ID)
	w.must(err)
	if !reflect.DeepEqual(got, p) {
		t.Fatalf("read\n%+v\nwant\n%+v", got, p)
	}
	jobs := w.drain()
	if len(jobs) != 2 {
		t.Fatalf("%d push jobs, want 2", len(jobs))
	}
	for i, j := range jobs {
		want := approval.PushJob{Kind: approval.JobApproval, ID: p.ID, Recipient: p.Recipients[i], ExpiresAt: p.ExpiresAt}
		if !reflect.DeepEqual(j.PushJob, want) || j.Partition != p.Partition() {
			t.Fatalf("job\n%+v\nwant\n%+v", j, want)
		}
	}
}

func unknownApproval(t *testing.T, w *world) {
	ctx := t.Context()
	for _, name := range []string{w.pending(newID(t, id.Account)).ID, "apr_", "", "apr_{x}"} {
		_, err := w.Pending(ctx, name)
		w.wants(err, approval.ErrUnknown)
		w.wants(w.Mark(ctx, name, "ins_a", approval.ProgressSent), approval.ErrUnknown)
		w.wants(w.Resend(ctx, name, "req_a"), approval.ErrUnknown)
		_, err = w.Extend(ctx, name, w.now(), nil)
		w.wants(err, approval.ErrUnknown)
		w.must(w.End(ctx, name, "", approval.StatusDenied))
		_, err = w.Pending(ctx, name)
		w.wants(err, approval.ErrUnknown)
	}
}

func createTwice(t *testing.T, w *world) {
	account := newID(t, id.Account)
	old := w.pending(account, "ins_a")
	old.Session = "session"
	w.create(old)
	p := w.pending(account, "ins_a")
	p.Session = "session"
	creation := Creation{Pending: p, Limit: 1, Idempotency: &Idempotency{Key: "k", Answer: []byte("answer")}}
	for range 3 {
		created, err := w.Create(t.Context(), creation)
		w.must(err)
		if created.Answer != nil || !slices.Equal(created.Superseded, []string{old.ID}) {
			t.Fatalf("created %+v, want superseded %s", created, old.ID)
		}
	}
	if jobs := w.drain(); len(jobs) != 2 {
		t.Fatalf("%d push jobs, want one of each approval", len(jobs))
	}
}

func repeatedRequest(t *testing.T, w *world) {
	account := newID(t, id.Account)
	creation := func(request byte) Creation {
		return Creation{Pending: w.pending(account, "ins_a"), Limit: 1, Idempotency: &Idempotency{Key: "key {with} space", Request: [32]byte{request}, Answer: []byte{0, 255}}}
	}
	first := creation(1)
	created, err := w.Create(t.Context(), first)
	w.must(err)
	if created.Answer != nil {
		t.Fatal("the first request is taken for a repeat")
	}
	created, err = w.Create(t.Context(), creation(1)) // the limit is reached, but nothing is created
	w.must(err)
	if !bytes.Equal(created.Answer, []byte{0, 255}) {
		t.Fatalf("repeat got %q", created.Answer)
	}
	_, err = w.Create(t.Context(), creation(2))
	w.wants(err, approval.ErrKeyReused)
	if ids := w.pendingIDs(account); !slices.Equal(ids, []string{first.Pending.ID}) {
		t.Fatalf("pending %v, want %s", ids, first.Pending.ID)
	}
	if jobs := w.drain(); len(jobs) != 1 {
		t.Fatalf("%d push jobs, want 1", len(jobs))
	}
}

func scopeOfIdempotencyKey(t *testing.T, w *world) {
	one, two := newID(t, id.Account), newID(t, id.Account)
	for _, c := range []struct{ application, account string }{{"app_one", one}, {"app_two", one}, {"app_one", two}} {
		p := w.pending(c.account)
		p.Application = c.application
		created, err := w.Create(t.Context(), Creation{Pending: p, Limit: 3, Idempotency: &Idempotency{Key: "k", Answer: []byte("a")}})
		w.must(err)
		if created.Answer != nil {
			t.Fatalf("the key of another is seen by %v", c)
		}
	}
	life, err := w.client.PTTL(t.Context(), idempotencyKey("app_one", one, "k")).Result()
	w.must(err)
	if life > 24*time.Hour || life < 24*time.Hour-time.Minute {
		t.Fatalf("the key lives %v, want a day", life)
	}
}

func repeatedAtOnce(t *testing.T, w *world) {
	account := newID(t, id.Account)
	type result struct {
		created Created
		err     error
	}
	creations := make([]Creation, 50)
	for i := range creations {
		creations[i] = Creation{Pending: w.pending(account), Limit: 50, Idempotency: &Idempotency{Key: "k", Answer: []byte("answer of whoever is first")}}
	}
	results := together(len(creations), func(i int) result {
		created, err := w.Create(t.Context(), creations[i])
		return result{created, err}
	})
	fresh := 0
	for _, r := range results {
		w.must(r.err)
		if r.created.Answer == nil {
			fresh++
		}
	}
	if ids := w.pendingIDs(account); fresh != 1 || len(ids) != 1 {
		t.Fatalf("%d created, %d pending, want 1", fresh, len(ids))
	}
}

func supersede(t *testing.T, w *world) {
	account := newID(t, id.Account)
	variant := func(application, session string) approval.Pending {
		p := w.pending(account)
		p.Application, p.Session = application, session
		return p
	}
	old, otherSession, otherApplication, none := variant("app_one", "s"), variant("app_one", "t"), variant("app_two", "s"), variant("app_one", "")
	for _, p := range []approval.Pending{old, otherSession, otherApplication, none} {
		if c := w.create(p); len(c.Superseded) != 0 {
			t.Fatalf("%+v superseded %v", p, c.Superseded)
		}
	}
	newer := variant("app_one", "s")
	if c := w.create(newer); !slices.Equal(c.Superseded, []string{old.ID}) {
		t.Fatalf("superseded %v, want %s", c.Superseded, old.ID)
	}
	got, err := w.Pending(t.Context(), old.ID)
	w.must(err)
	if !got.Superseded || got.Ended {
		t.Fatalf("the older approval is not marked: %+v", got)
	}
	if ids := w.pendingIDs(account); len(ids) != 4 || slices.Contains(ids, old.ID) {
		t.Fatalf("pending %v", ids)
	}
	due, err := w.Due(t.Context(), old.Partition(), 10)
	w.must(err)
	if !slices.Equal(idsOf(due), []string{old.ID}) || !due[0].Superseded {
		t.Fatalf("due %v, want the superseded one at once", idsOf(due))
	}
	w.wants(w.Resend(t.Context(), old.ID, "req_a"), approval.ErrNotPending)
}

func supersedeAtOnce(t *testing.T, w *world) {
	account := newID(t, id.Account)
	all := make([]approval.Pending, 30)
	for i := range all {
		all[i] = w.pending(account)
		all[i].Session = "s"
	}
	results := together(len(all), func(i int) Created {
		created, err := w.Create(t.Context(), Creation{Pending: all[i], Limit: 1})
		if err != nil {
			t.Error(err)
		}
		return created
	})
	var superseded []string
	for _, r := range results {
		superseded = append(superseded, r.Superseded...)
	}
	slices.Sort(superseded)
	if n := len(slices.Compact(slices.Clone(superseded))); n != len(superseded) || n != len(all)-1 {
		t.Fatalf("%d superseded, %d distinct, want %d", len(superseded), n, len(all)-1)
	}
	if ids := w.pendingIDs(account); len(ids) != 1 || slices.Contains(superseded, ids[0]) {
		t.Fatalf("pending %v", ids)
	}
}

func listPending(t *testing.T, w *world) {
	var accounts, want []string
	for range 5 {
		account := newID(t, id.Account)
		accounts = append(accounts, account)
		for range 2 {
			p := w.pending(account)
			w.create(p)
			want = append(want, p.ID)
			w.clock.advance(time.Second)
		}
	}
	if got := w.pendingIDs(accounts...); !slices.Equal(got, want) {
		t.Fatalf("pending\n%v\nwant\n%v", got, want)
	}
	w.clock.advance(approval.DefaultLife - 5*time.Second)
	if got := w.pendingIDs(accounts...); !slices.Equal(got, want[5:]) && !slices.Equal(got, want[6:]) {
		t.Fatalf("pending later\n%v\nof\n%v", got, want)
	}
	if got := w.pendingIDs(); len(got) != 0 {
		t.Fatalf("nobody's pending approvals: %v", got)
	}
}

func forgetRecord(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account), "ins_a")
	w.create(p)
	w.must(w.Mark(t.Context(), p.ID, "ins_a", approval.ProgressReceived))
	w.must(w.Resend(t.Context(), p.ID, "req_a"))
	w.must(w.End(t.Context(), p.ID, "", approval.StatusExpired))
	life, err := w.client.PTTL(t.Context(), recordKey(p.Partition(), p.ID)).Result()
	w.must(err)
	if want := approval.DefaultLife + approval.KeptAfterEnd; life > want || life < want-time.Minute {
		t.Fatalf("the record lives %v, want %v", life, want)
	}

	last := w.pending(newID(t, id.Account))
	last.ClosesAt = w.now().Add(200*time.Millisecond - approval.KeptAfterEnd)
	w.create(last)
	eventually(t, "the record is forgotten", func() bool {
		_, err := w.Pending(t.Context(), last.ID)
		return err != nil
	})
	_, err = w.Pending(t.Context(), last.ID)
	w.wants(err, approval.ErrUnknown)
	if ids := w.pendingIDs(last.Account); len(ids) != 0 {
		t.Fatalf("a forgotten approval is listed: %v", ids)
	}
	due, err := w.Due(t.Context(), last.Partition(), 10)
	w.must(err)
	left, err := w.client.ZScore(t.Context(), dueKey(last.Partition()), last.ID).Result()
	if len(due) != 0 || err == nil {
		t.Fatalf("a forgotten approval is still due: %v, score %v", idsOf(due), left)
	}
}

func scriptError(t *testing.T, w *world) {
	p := w.pending(newID(t, id.Account))
	w.must(w.client.Set(t.Context(), indexKey(p.Account), "not a sorted set", 0).Err())
	_, err := w.Create(t.Context(), Creation{Pending: p, Limit: 1})
	if err == nil {
		t.Fatal("no error")
	}
	var shown *refusal.Error
	if errors.As(err, &shown) {
		t.Fatalf("the error may be shown: %v", shown)
	}
}
