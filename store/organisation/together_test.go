package organisation_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	storage "github.com/jawort/jawort/store/organisation"
)

func TestOfManyAppliesAtOnceOneMakesTheTenantAndTheOthersSeeIt(t *testing.T) {
	onEach(t, func(w *world) {
		const crowd = 6
		results := make([]string, crowd)
		var all sync.WaitGroup
		for i := range crowd {
			all.Go(func() {
				results[i] = w.apply(whole)
			})
		}
		all.Wait()
		w.tenant("Muster")
		made := 0
		for _, r := range results {
			if r != "= 6 unchanged\n" {
				made++
			}
		}
		if made != 1 || len(w.events()) != 6 {
			w.Errorf("%d of %d changed something: %q", made, crowd, results)
		}
	})
}

// meanwhile is a file between whose plan and whose writing somebody else changes something.
type meanwhile struct {
	organisation.Source
	do func(organisation.Plan)
}

func (m meanwhile) Plan(s organisation.State, random io.Reader) (organisation.Plan, organisation.Mistakes, error) {
	p, mistakes, err := m.Source.Plan(s, random)
	m.do(p)
	return p, mistakes, err
}

func TestAnAccountThatSomebodyElseChangesMeanwhileIsNotOverwritten(t *testing.T) {
	onEach(t, func(w *world) {
		if !w.manyWriters() {
			return // nobody else can write meanwhile
		}
		w.apply(whole)
		w.events()
		tenant := w.tenant("Muster").ID
		for name, statement := range map[string]string{
			"changed": `UPDATE accounts SET label = 'Other' WHERE tenant = $1 AND external_id = '1'`,
			"deleted": `UPDATE accounts SET deleted_at = jawort_now() WHERE tenant = $1 AND external_id = '1'`,
			"added":   `INSERT INTO accounts (id, tenant, external_id, label, created_at) VALUES ('acc_x', $1, '3', '3', jawort_now())`,
		} {
			f, err := organisation.Read(strings.NewReader(whole + "- {account: 3}\n"))
			must(w.T, err)
			if name != "added" {
				f, err = organisation.Read(strings.NewReader(strings.Replace(whole, "Büro", "Office "+name, 1)))
				must(w.T, err)
			}
			_, err = w.Apply(w.Context(), f.Mistakes, meanwhile{f.Sources()[0], func(organisation.Plan) {
				_, err := db.Exec(w.Context(), w.Lasting.Writes(), statement, tenant)
				must(w.T, err)
			}})
			var r *refusal.Error
			if !errors.Is(err, storage.ErrMeanwhile) || !errors.As(err, &r) || !strings.Contains(r.Detail, "run it again") {
				w.Errorf("%s: %v", name, err)
			}
			if events := w.events(); len(events) > 0 {
				w.Errorf("%s: %q was told", name, events)
			}
			_, err = db.Exec(w.Context(), w.Lasting.Writes(), `UPDATE accounts SET label = 'Büro', deleted_at = 0 WHERE tenant = $1 AND external_id = '1'`, tenant)
			must(w.T, err)
		}
	})
}

// manyWriters reports whether the database has writers beside the one whose transaction is open.
func (w *world) manyWriters() bool {
	_, err := db.One(w.Context(), w.Lasting.Reads(), db.ScanString, `SELECT version()`)
	return err == nil
}

func TestAChangedNumberConfirmsNothingForAWhileUnlessItIsTheFirstAndNothingEverWas(t *testing.T) {
	onEach(t, func(w *world) {
		w.apply(whole)
		tenant := w.tenant("Muster").ID
		change := func(number string) time.Time {
			w.apply(strings.Replace(whole, "+49 152 28817386", number, 1))
			return w.account(tenant, "1").PhoneChangedAt
		}
		sql := func(statement string) {
			_, err := db.Exec(w.Context(), w.Lasting.Writes(), statement, w.account(tenant, "1").ID)
			must(w.T, err)
		}
		nothing := `UPDATE accounts SET phone = '', phone_changed_at = 0, had_means = FALSE WHERE id = $1`
		if change("+49 152 28895456").IsZero() {
			w.Error("another number in the place of the first counts at once")
		}
		sql(nothing)
		if at := change("+49 152 28895456"); !at.IsZero() {
			w.Errorf("the first number of an account that never had anything waits since %s", at)
		}
		sql(nothing)
		sql(`UPDATE accounts SET had_means = TRUE WHERE id = $1`)
		if change("+49 152 28895456").IsZero() {
			w.Error("a number counts at once where support has reset the account")
		}
		sql(nothing)
		sql(`INSERT INTO methods (account, method, active_since) VALUES ($1, 'totp', 1)`)
		first := change("+49 152 54599371")
		if first.IsZero() {
			w.Error("an account with an authenticator app trusts a new number at once")
		}
		if at := w.account(tenant, "1").EmailChangedAt; !at.IsZero() {
			w.Errorf("the address waits with the number, since %s", at)
		}
		rename := strings.NewReplacer("+49 152 28817386", "+49 152 54599371", "a@post.example", "b@post.example")
		w.apply(rename.Replace(whole))
		if a := w.account(tenant, "1"); !a.PhoneChangedAt.Equal(first) || a.EmailChangedAt.IsZero() {
			w.Errorf("another address: the number waits since %s, the address since %s", a.PhoneChangedAt, a.EmailChangedAt)
		}
		w.apply(strings.NewReplacer("+49 152 28817386", "+49 152 54599371", "Büro", "Office").Replace(whole))
		if at := w.account(tenant, "1").PhoneChangedAt; !at.Equal(first) {
			w.Errorf("another label moved the time from %s to %s", first, at)
		}
	})
}

func TestHundredsOfManagersStandAfterThoseWhomTheyManage(t *testing.T) {
	onEach(t, func(w *world) {
		var text strings.Builder
		text.WriteString("tenant: {name: Muster}\naccounts:\n")
		const many = 450 // more than one statement takes
		for i := range many {
			fmt.Fprintf(&text, "- {account: %d, manager: %d}\n", i, i+1)
		}
		fmt.Fprintf(&text, "- {account: %d}\n", many)
		w.apply(text.String())
		tenant := w.tenant("Muster").ID
		if first, next := w.account(tenant, "0"), w.account(tenant, "1"); first.Manager != next.ID || !strings.HasPrefix(first.ID, id.Account) {
			w.Errorf("%+v is not managed by %+v", first, next)
		}
		w.want("the second time", w.apply(text.String()), fmt.Sprintf("= %d unchanged\n", many+2))
	})
}
