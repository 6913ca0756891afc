package lasting_test

import (
	"fmt"
	"testing"

	"github.com/jawort/jawort/store/lasting"
)

func TestAnOutlineCountsWhatATenantHasInUseAndNothingOfAnothers(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		set := func(tenant string) {
			for _, text := range []string{
				`INSERT INTO groups (id, tenant, name, created_at) VALUES ('grp_%[1]s', '%[1]s', 'Kunden', 1)`,
				`INSERT INTO webhook_endpoints (id, tenant, url, description, events, created_at) VALUES ('whk_%[1]s', '%[1]s', 'https://hooks.example', '', '', 1)`,
				`INSERT INTO webhook_endpoints (id, tenant, url, description, events, disabled, created_at) VALUES ('whk_2%[1]s', '%[1]s', 'https://hooks.example', '', '', 'failing', 1)`,
				`INSERT INTO sms_settings (tenant, settings, changed_at) VALUES ('%[1]s', '{}', 1)`,
			} {
				must(t, s.SQL(t.Context(), fmt.Sprintf(text, tenant)))
			}
		}
		set(other.tenant.ID)
		before, err := s.Outline(t.Context(), w.tenant.ID, 3)
		must(t, err)
		if before.Groups+before.Receivers+before.Disabled != 0 || before.SMS || before.Applications != 1 || before.Accounts != 1 {
			t.Fatalf("a tenant that has its application and an account: %+v", before)
		}
		set(w.tenant.ID)
		after, err := s.Outline(t.Context(), w.tenant.ID, 3)
		must(t, err)
		if after.Groups != 1 || after.Receivers != 1 || after.Disabled != 1 || !after.SMS {
			t.Errorf("with one of each: %+v", after)
		}
		must(t, s.SQL(t.Context(), `UPDATE accounts SET deleted_at = 1 WHERE tenant = '`+w.tenant.ID+`'`))
		must(t, s.SQL(t.Context(), `UPDATE applications SET revoked_at = 1 WHERE tenant = '`+w.tenant.ID+`'`))
		ended, err := s.Outline(t.Context(), w.tenant.ID, 3)
		must(t, err)
		if ended.Applications+ended.Keys+ended.Accounts != 0 {
			t.Errorf("with all ended: %+v", ended)
		}
		for i := range 5 {
			must(t, s.SQL(t.Context(), fmt.Sprintf(`INSERT INTO accounts (id, tenant, external_id, label, created_at) VALUES ('acc_%d%s', '%[2]s', 'more%[1]d', '', 1)`, i, w.tenant.ID)))
		}
		many, err := s.Outline(t.Context(), w.tenant.ID, 3)
		must(t, err)
		if many.Accounts != 3 {
			t.Errorf("counted %d accounts, where 3 were enough", many.Accounts)
		}
	})
}
