package organisation_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	domain "github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/ledger"
)

const examples = "../../docs/examples/"

// example applies an example and its list of accounts twice, and returns the tenant with its applications and groups by name.
func (w *world) example(name, list string) (account.Tenant, map[string]account.ApplicationPolicy, map[string]account.Group) {
	w.Helper()
	text, err := os.ReadFile(examples + name)
	must(w.T, err)
	w.apply(string(text))
	if again := w.apply(string(text)); !strings.HasPrefix(again, "=") {
		w.Errorf("the second time changes\n%s", again)
	}
	f, err := domain.Read(strings.NewReader(string(text)))
	must(w.T, err)
	tenant := w.tenant(f.Documents[0].Tenant.Name)
	if again := w.list(tenant.ID, list); !strings.HasPrefix(again, "+") {
		w.Errorf("the list brings\n%s", again)
	}
	if again := w.list(tenant.ID, list); !strings.HasPrefix(again, "=") {
		w.Errorf("the list changes, the second time,\n%s", again)
	}
	applications, policies := map[string]account.ApplicationPolicy{}, map[string]account.Group{}
	kept, err := w.Lasting.Applications(w.Context(), tenant.ID)
	must(w.T, err)
	for _, a := range kept {
		applications[a.Name] = a.Policy.WithDefaults()
	}
	groups, err := w.Lasting.Groups(w.Context(), tenant.ID)
	must(w.T, err)
	for _, g := range groups {
		g.Policy = g.Policy.WithDefaults()
		policies[g.Name] = g
	}
	return tenant, applications, policies
}

func (w *world) list(tenant, name string) string {
	w.Helper()
	file, err := os.Open(examples + name)
	must(w.T, err)
	defer file.Close()
	table, err := domain.ReadTable(file, tenant, "")
	must(w.T, err)
	plans, err := w.Apply(w.Context(), table.Mistakes, table)
	must(w.T, err)
	return shown(plans)
}

func TestTheExampleOfABrokerPlatformSaysWhatTheRequirementsSay(t *testing.T) {
	onEach(t, func(w *world) {
		tenant, applications, groups := w.example("broker-platform.yaml", "broker-customers.csv")
		is := func(sentence string, so bool) {
			if w.Helper(); !so {
				w.Errorf("(%s) is not so", sentence)
			}
		}
		is("a", len(applications) == 3)
		is("b", len(groups) == 4)
		for name, g := range groups {
			p := g.Policy
			is("b "+name, len(p.EnforcedFrom) == 3 && len(p.Methods) > 0)
			is("c "+name, p.Sharing == account.SharingAllowed && p.Deny == account.DenyAll && p.MaxDevices() == 0)
			is("g "+name, p.FirstBinding == account.BindingPhoneOnRecord)
			is("h "+name, p.SMS.Switch == account.SwitchAccount && (p.SMS.Payer == account.PayerManager) == (name != "brokers"))
			is("i "+name, p.Interval.Min == 0 && p.Interval.Max == map[bool]int{true: 7, false: 1}[name == "customers"])
			is("l "+name, slices.Contains(p.Methods, approval.MethodPush) && slices.Contains(p.Methods, approval.MethodSMS))
		}
		sms, err := w.SMS.(*ledger.Store).Settings(w.Context(), tenant.ID)
		must(w.T, err)
		price, err := sms.Prices.Price("+4915228817386")
		is("h", err == nil && price.String() == "0.10" && sms.Currency == "EUR" && sms.TimeZone == "Europe/Berlin" && len(sms.Budgets) == 4)
		customer, boss := w.account(tenant.ID, "200001"), w.account(tenant.ID, "100100")
		is("h, i", customer.Manager == boss.ID && *customer.Interval == 7 && customer.Group == groups["customers"].ID)
		is("m", w.account(tenant.ID, "200003").Phone == "")
	})
}

func TestTheExampleOfATestPublisherSaysWhatTheRequirementsSay(t *testing.T) {
	onEach(t, func(w *world) {
		tenant, applications, groups := w.example("test-publisher.yaml", "publisher-licences.csv")
		is := func(sentence string, so bool) {
			if w.Helper(); !so {
				w.Errorf("(%s) is not so", sentence)
			}
		}
		centre, platform, ipad := applications["Test Centre"], applications["Global Platform"], applications["iPad App"]
		holders := groups["licence holders"].Policy
		is("n", len(applications) == 3 && len(groups) == 1)
		is("o", holders.Activation == account.Activation{Required: 1, Recommended: 2})
		for _, m := range []approval.Method{approval.MethodEmail, approval.MethodSMS, approval.MethodTOTP} {
			is("o, p", slices.Contains(holders.Methods, m))
		}
		is("q", centre.CodeLife() == 15*time.Minute && ipad.CodeLife() == 15*time.Minute)
		is("r", centre.Skew() == 1)
		is("s", time.Duration(centre.MaxInterval) == 12*time.Hour && time.Duration(platform.MaxInterval) == 12*time.Hour && holders.Interval.Default == 1)
		is("t", ipad.Remember.String() == "30d" && holders.Remember && centre.Remember == 0)
		is("u", ipad.Offline == account.OfflineAllowed && centre.Offline == account.OfflineRefused && time.Duration(ipad.MaxInterval) <= time.Minute)
		is("v", holders.Sharing == account.SharingForbidden && holders.MaxDevices() == 2)
		is("w", tenant.Policy.Support.In("de") != "" && tenant.Policy.Support.In("en") != "" && slices.Contains(holders.Methods, approval.MethodBypass))
		is("x", tenant.Policy.Retention.PersonalData > 0 && tenant.Policy.Retention.Outcomes > 0)
		is("n", w.account(tenant.ID, "tv-0002").Language == "en")
	})
}

func TestEveryExampleIsAppliedByATest(t *testing.T) {
	t.Parallel()
	var applied = []string{"broker-customers.csv", "broker-platform.yaml", "jawort.yaml", "publisher-licences.csv", "test-publisher.yaml"}
	files, err := filepath.Glob(examples + "*")
	must(t, err)
	for _, file := range files {
		if !slices.Contains(applied, filepath.Base(file)) {
			t.Errorf("no test applies %s", file)
		}
	}
}
