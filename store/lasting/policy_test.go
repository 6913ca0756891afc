package lasting_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

func TestAPolicyNamesAMethodByItsListAndNotByARuleOfTheSameName(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		named := func() bool {
			t.Helper()
			yes, err := s.PoliciesName(t.Context(), approval.MethodSMS)
			must(t, err)
			return yes
		}
		group := account.Group{ID: "grp_1", Tenant: w.tenant.ID, Name: "rule", Policy: account.GroupPolicy{
			Methods: []approval.Method{approval.MethodPush}, SMS: account.SMS{Switch: account.SwitchOn},
		}}
		_, err := s.PutGroup(t.Context(), s.Writes(), group)
		must(t, err)
		if w.count(`groups WHERE policy LIKE '%"sms"%'`) != 1 || named() {
			t.Error("a rule about SMS is taken for the method")
		}
		group.Policy.Methods = append(group.Policy.Methods, approval.MethodSMS)
		_, err = s.PutGroup(t.Context(), s.Writes(), group)
		must(t, err)
		if !named() {
			t.Error("a group's method is not found")
		}
		must(t, s.SQL(t.Context(), `UPDATE groups SET policy = ''`))
		must(t, s.SQL(t.Context(), `UPDATE applications SET policy = '{"methods":["sms"]}'`))
		if !named() {
			t.Error("an application's method is not found")
		}
		must(t, s.SQL(t.Context(), `UPDATE applications SET revoked_at = 1`))
		if named() {
			t.Error("a revoked application's method counts")
		}
	})
}
