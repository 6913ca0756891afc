package organisation_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/organisation"
)

var update = flag.Bool("update", false, "write what is wanted anew")

// muster is what there is of the tenant Muster.
func muster(t *testing.T) organisation.State {
	t.Helper()
	var day account.Date
	must(t, day.UnmarshalText([]byte("2027-01-01")))
	days := 1
	return organisation.State{
		Tenants: []account.Tenant{{ID: "ten_1", Name: "Muster", Policy: account.TenantPolicy{Language: "de"}}},
		Applications: []account.Application{
			{ID: "app_1", Tenant: "ten_1", Name: "Portal", Origins: []string{"https://portal.example"}, Policy: account.ApplicationPolicy{MaxInterval: account.Duration(12 * time.Hour)}},
			{ID: "app_2", Tenant: "ten_1", Name: "Suite"},
		},
		Groups: []account.Group{
			{ID: "grp_1", Tenant: "ten_1", Name: "brokers", Policy: account.GroupPolicy{Interval: account.Interval{Max: 1}, Methods: []approval.Method{approval.MethodPush}}},
			{ID: "grp_2", Tenant: "ten_1", Name: "customers", Policy: account.GroupPolicy{Interval: account.Interval{Max: 7}, EnforcedFrom: map[string]account.Date{"Portal": day, "Suite": day}}},
		},
		Accounts: []account.Account{
			{ID: "acc_1", Tenant: "ten_1", ExternalID: "1", Label: "Büro", Group: "grp_1", Phone: "+4915228817386"},
			{ID: "acc_2", Tenant: "ten_1", ExternalID: "2", Label: "2", Manager: "acc_1", Phone: "+4915228895456", Interval: &days},
		},
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// known returns of a state what a source wants to know.
func known(s organisation.State, wanted organisation.Wanted) organisation.State {
	if len(s.Tenants) == 0 {
		return s
	}
	for _, name := range wanted.Tenants {
		if name == s.Tenants[0].Name || name == s.Tenants[0].ID {
			return s
		}
	}
	return organisation.State{}
}

// planned plans a file on a state; what is wrong comes back as organisation.Mistakes.
func planned(t testing.TB, text string, s organisation.State) ([]organisation.Plan, error) {
	t.Helper()
	f, err := organisation.Read(strings.NewReader(text))
	must(t, err)
	mistakes := f.Mistakes
	var plans []organisation.Plan
	for _, source := range f.Sources() {
		plan, more, err := source.Plan(known(s, source.Wants()), rand.Reader)
		must(t, err)
		plans, mistakes = append(plans, plan), append(mistakes, more...)
	}
	return plans, mistakes.Sorted()
}

// golden runs a test for each file of a folder, which wants what stands beside it in whole.
func golden(t *testing.T, pattern string, result func(t *testing.T, text string) string) {
	t.Helper()
	t.Parallel()
	files, err := filepath.Glob(pattern)
	must(t, err)
	if len(files) == 0 {
		t.Fatalf("there is nothing like %s", pattern)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			must(t, err)
			got := result(t, string(text))
			wanted := strings.TrimSuffix(file, filepath.Ext(file)) + ".want"
			if *update {
				must(t, os.WriteFile(wanted, []byte(got), 0o600))
			}
			want, err := os.ReadFile(wanted)
			must(t, err)
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func told(t *testing.T, err error) string {
	t.Helper()
	var mistakes organisation.Mistakes
	if !errors.As(err, &mistakes) {
		t.Fatalf("no mistakes, but %v", err)
	}
	var b bytes.Buffer
	mistakes.Write(&b, "org.yaml")
	return b.String()
}

func TestEveryMistakeOfAFileIsToldWithItsLine(t *testing.T) {
	golden(t, "testdata/mistakes/*.yaml", func(t *testing.T, text string) string {
		_, err := planned(t, text, muster(t))
		return told(t, err)
	})
}

func TestAPlanShowsWhatDiffers(t *testing.T) {
	golden(t, "testdata/plans/*.yaml", func(t *testing.T, text string) string {
		plans, err := planned(t, text, muster(t))
		must(t, err)
		var b bytes.Buffer
		for _, p := range plans {
			p.Write(&b)
		}
		return b.String()
	})
}
