package ledger_test

import (
	"testing"

	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/ledger"
)

func TestWhoReplacesSettingsThatAnotherHasChangedSinceIsToldAndUndoesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		for _, tenant := range []string{w.newTenant(), w.tenant} { // without settings, and with some
			before := w.told(ledger.SettingsChanged)
			_, seen, err := w.SettingsSeen(t.Context(), tenant)
			must(w.T, err)
			s := settings()
			s.Prices["+41"] = 900
			must(w.T, w.ReplaceSettings(t.Context(), tenant, seen, s, actor))
			s.Prices["+41"] = 1
			wantError(w.T, w.ReplaceSettings(t.Context(), tenant, seen, s, actor), ledger.ErrMeanwhile)
			kept, seen, err := w.SettingsSeen(t.Context(), tenant)
			must(w.T, err)
			wantEqual(w.T, "price", kept.Prices["+41"], 900)
			must(w.T, w.ReplaceSettings(t.Context(), tenant, seen, kept, actor)) // changes nothing
			must(w.T, w.ReplaceSettings(t.Context(), tenant, seen, s, actor))
			wantEqual(w.T, "events", w.told(ledger.SettingsChanged)-before, 2)
		}
	})
}

func TestOfManyWhoReplaceTheSameSettingsOneDoes(t *testing.T) {
	onEach(t, func(w *world) {
		tenant := w.newTenant()
		for range 2 { // none at first, then some
			before, seen, err := w.SettingsSeen(t.Context(), tenant)
			must(w.T, err)
			saved := inParallel(8, func(i int) bool {
				s := settings()
				s.Prices["+43"] = before.Prices["+43"] + domain.Amount(i+1)
				err := w.ReplaceSettings(t.Context(), tenant, seen, s, actor)
				if err != nil && !is(err, ledger.ErrMeanwhile) {
					t.Error(err)
				}
				return err == nil
			})
			wantEqual(w.T, "saved", saved, 1)
		}
	})
}
