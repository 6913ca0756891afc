package audit

import (
	"context"
	"encoding/json"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
)

// explain tells the verifier of erasures that are no entries yet, or have become entries since its walk ended, and returns a
// fault where something is gone all the same.
func (s *Store) explain(ctx context.Context, v *domain.Verifier) error {
	gone := v.Erasures()
	if sequence, _ := gone.Unexplained(); sequence == 0 {
		return nil
	}
	tenant, last := v.Chain().Tenant, v.Chain().Sequence
	// In this order: what leaves the first meanwhile is in the second.
	for _, from := range []string{
		`outbox WHERE sequenced_at = 0 AND tenant = $1 AND $2 >= 0`,
		`audit_entries WHERE tenant = $1 AND sequence > $2`,
	} {
		said, err := db.All(ctx, s.Reads(), scanSaid, `SELECT kind, account, subject, data FROM `+from+` AND kind IN ($3, $4, $5, $6)`,
			tenant, last, domain.AccountErased, domain.DeviceErased, domain.OutcomesErased, domain.PersonalErased)
		if err != nil {
			return err
		}
		for _, e := range said {
			gone.Said(e)
		}
	}
	if sequence, kind := gone.Unexplained(); sequence > 0 {
		what := "personal data beside it"
		if kind == domain.OutcomesErased {
			what = "what its outcome held"
		}
		return edited(domain.Entry{Sequence: sequence}, what+" is gone, and nothing says that it was erased")
	}
	return nil
}

func scanSaid(r db.Row) (e domain.Entry, err error) {
	var data string
	err = r.Scan(&e.Kind, &e.Account, &e.Subject, &data)
	e.Data = json.RawMessage(data)
	return e, err
}
