package lasting_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/lasting"
)

// walked reads a list by name, three at a time, and calls turn after each page.
func walked(t *testing.T, begins string, read func(lasting.Named) (names, ids []string, err error), turn func(name string)) (all []string) {
	t.Helper()
	for page := (lasting.Named{Begins: begins, Limit: 3}); ; {
		names, ids, err := read(page)
		must(t, err)
		if len(names) == 0 {
			return all
		}
		all = append(all, names...)
		page.After, page.AfterID = names[len(names)-1], ids[len(ids)-1]
		turn(page.After)
	}
}

func TestAListByNameIsWalkedOnceOverEachEvenWhereAnEntryGoesMeanwhile(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		want := []string{"Portal"}
		for i := range 7 {
			name := fmt.Sprintf("Kunden %d", i/2) // two are called the same
			want = append(want, name)
			must(t, s.CreateApplication(t.Context(), account.Application{ID: newID(t, id.Application), Tenant: w.tenant.ID, Name: name}))
			must(t, s.CreateApplication(t.Context(), account.Application{ID: newID(t, id.Application), Tenant: other.tenant.ID, Name: name}))
		}
		slices.Sort(want)
		got := walked(t, "", func(n lasting.Named) (names, ids []string, err error) {
			found, err := s.ApplicationsByName(t.Context(), w.tenant.ID, n)
			for _, a := range found {
				names, ids = append(names, a.Name), append(ids, a.ID)
			}
			return names, ids, err
		}, func(name string) {
			must(t, s.SQL(t.Context(), `DELETE FROM applications WHERE tenant = '`+w.tenant.ID+`' AND name = '`+name+`' AND id = (SELECT MIN(id) FROM applications WHERE tenant = '`+w.tenant.ID+`' AND name = '`+name+`')`))
		})
		if !slices.Equal(got, want) {
			t.Errorf("walked over %q, want %q", got, want)
		}
	})
}

func TestAListByNameIsNarrowedByHowNamesBeginWhateverTheCaseAndTakesNoWildcards(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		for _, name := range []string{"Kunden", "kunden 2", "Ärzte", "100%", "a_b", "axb", `back\slash`} {
			_, err := s.PutGroup(t.Context(), s.Writes(), account.Group{ID: newID(t, id.Group), Tenant: w.tenant.ID, Name: name})
			must(t, err)
		}
		for begins, want := range map[string][]string{
			"KUND": {"Kunden", "kunden 2"}, "kunden ": {"kunden 2"}, "unden": nil, "Är": {"Ärzte"}, "%": nil, "100%": {"100%"}, "a_": {"a_b"}, `back\`: {`back\slash`}, `\`: nil, "' OR 1=1 --": nil,
		} {
			got := walked(t, begins, func(n lasting.Named) (names, ids []string, err error) {
				found, err := s.GroupsByName(t.Context(), w.tenant.ID, n)
				for _, g := range found {
					names, ids = append(names, g.Name), append(ids, g.ID)
				}
				return names, ids, err
			}, func(string) {})
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%q begins %q, want %q", begins, got, want)
			}
		}
	})
}

func TestTenantsAreListedByNameToo(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		for range 3 {
			newWorld(t, s)
		}
		must(t, s.CreateTenant(t.Context(), account.Tenant{ID: newID(t, id.Tenant), Name: "Another"}))
		got := walked(t, "", func(n lasting.Named) (names, ids []string, err error) {
			found, err := s.TenantsByName(t.Context(), n)
			for _, one := range found {
				names, ids = append(names, one.Name), append(ids, one.ID)
			}
			return names, ids, err
		}, func(string) {})
		if want := []string{"Another", "Musterbank", "Musterbank", "Musterbank"}; !slices.Equal(got, want) {
			t.Errorf("walked over %q, want %q", got, want)
		}
	})
}

func TestTheNewestKeysComeFirstAndEachOnceThoughMadeAtTheSameMoment(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		var want []string
		for range 5 {
			k := account.Key{ID: newID(t, id.Key), Application: w.app.ID, Hash: []byte(newID(t, id.Key))}
			must(t, s.CreateKey(t.Context(), k))
			want = append(want, k.ID)
		}
		must(t, s.SQL(t.Context(), `UPDATE api_keys SET created_at = 1764181234567890`))
		slices.Sort(want)
		slices.Reverse(want)
		newest := account.Key{ID: newID(t, id.Key), Application: w.app.ID, Hash: []byte("newest")}
		must(t, s.CreateKey(t.Context(), newest))
		var got []string
		for page := (lasting.Before{Limit: 2}); ; {
			found, err := s.NewestKeys(t.Context(), w.app.ID, page)
			must(t, err)
			if len(found) == 0 {
				break
			}
			for _, k := range found {
				got = append(got, k.ID)
				page.At, page.ID = k.CreatedAt, k.ID
			}
		}
		if want := append([]string{newest.ID}, want...); !slices.Equal(got, want) {
			t.Errorf("walked over %q, want %q", got, want)
		}
		far, err := s.NewestKeys(t.Context(), w.app.ID, lasting.Before{At: time.UnixMicro(1), Limit: 2})
		must(t, err)
		wantEqual(t, "keys before all", len(far), 0)
	})
}
