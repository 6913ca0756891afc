package lasting_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/lasting"
)

func TestWhatIsLookedUpComesByItsNumberFirstAndThenByItsName(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		for externalID, label := range map[string]string{
			"k2": "Zoe", "K1": "Kim", "k3": "K3", "1": "kurt", "2": "Karl", "3": "KURT", "4": "Anna", "5": "Ärger",
		} {
			w.changed(externalID, account.Edit{Label: account.Set(label)})
		}
		stranger := newWorld(t, s)
		stranger.changed("k9", account.Edit{Label: account.Set("Karl")})
		w.changed("k8", account.Edit{Label: account.Set("Karl")})
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, "k8", support))
		for begins, want := range map[string]string{
			"k": "K1 k2 k3 2 1 3", "K": "K1 k2 k3 2 1 3", "kur": "1 3", "k2": "k2", "ä": "5", "%": "", "_": "", "x": "",
		} {
			for most := 1; most < 8; most++ {
				if got := w.lookedUp(begins, most, nil); got != want {
					t.Errorf("%q by %d at once finds %q, want %q", begins, most, got, want)
				}
			}
		}
	})
}

func TestWhoIsGoneWhileALookUpGoesOnLeavesNobodyOut(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		for _, externalID := range []string{"1", "2", "3"} {
			w.changed(externalID, account.Edit{Label: account.Set("K" + externalID)})
		}
		w.changed("k", account.Edit{})
		gone := func(externalID string) { must(t, s.EraseAccount(t.Context(), w.tenant.ID, externalID, support)) }
		renamed := func(externalID string) { w.changed(externalID, account.Edit{Label: account.Set("Anna")}) }
		w.changed("4", account.Edit{Label: account.Set("L")})
		wantEqual(t, "those who are there, the last of whom is called otherwise then", w.lookedUp("k", 3, renamed), "k 1 2 1 3")
		w.changed("2", account.Edit{Label: account.Set("K2")})
		wantEqual(t, "those who are there, one after the other, each of whom is gone then", w.lookedUp("k", 1, gone), "k 1 2 3")
	})
}

// lookedUp reads all pages, and does something with the last of each.
func (w *world) lookedUp(begins string, most int, then func(externalID string)) string {
	w.t.Helper()
	var all []lasting.Entry
	for after := ""; ; {
		page, err := w.s.LookUp(w.t.Context(), w.tenant.ID, begins, after, most)
		must(w.t, err)
		all = append(all, page...)
		if len(page) < most || len(all) > 20 {
			return names(all)
		}
		if after = page[most-1].ExternalID; then != nil {
			then(after)
		}
	}
}
