package lasting

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// EraseAccount deletes an account, where that was not done before, and removes what is personal of it: its record, the
// names on its devices, and what outcomes hold of it. What stays are ids, times and the ends of approvals. Also erases
// what other stores keep, in the same transaction.
//
// Of deleted accounts, those are meant that were called so; an account that is called so now comes first.
func (s *Store) EraseAccount(ctx context.Context, tenant, externalID string, by By, also ...Ending) error {
	var erased []string
	err := s.Transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		erased, err = takeForErasure(ctx, tx, tenant, externalID, by)
		for _, id := range erased {
			if err == nil {
				err = eraseRecord(ctx, tx, tenant, id, by, also)
			}
		}
		return err
	})
	for _, id := range erased {
		if err == nil {
			err = s.eraseOutcomesOf(ctx, id)
		}
	}
	return err
}

// takeForErasure holds the rows, and deletes an account that is not deleted yet.
func takeForErasure(ctx context.Context, tx *sql.Tx, tenant, externalID string, by By) ([]string, error) {
	id, err := deleteAccount(ctx, tx, tenant, externalID, by)
	if err == nil || !errors.Is(err, account.ErrUnknownAccount) {
		return []string{id}, err
	}
	ids, err := db.All(ctx, tx, db.ScanString, `
		SELECT id FROM accounts WHERE tenant = $1 AND external_id = $2 AND deleted_at > 0 ORDER BY id`, tenant, externalID)
	if err == nil && len(ids) == 0 {
		err = account.ErrUnknownAccount
	}
	return ids, db.Replace(err, account.ErrUnknownAccount)
}

// eraseRecord removes what is kept in few rows, and notes that the outcomes are to follow.
//
// The others come first: among them is the audit log, whose sequencer holds its lease before it takes events out of the outbox.
func eraseRecord(ctx context.Context, tx *sql.Tx, tenant, id string, by By, also []Ending) error {
	if err := endAll(ctx, tx, id, also); err != nil {
		return err
	}
	err := runEach(ctx, tx, id,
		`UPDATE accounts SET external_id = id, label = '', sought_id = '', sought_label = '', phone = '', email = '', language = '',
			manager = NULL WHERE id = $1`,
		`UPDATE installations SET address = NULL, address_version = address_version + 1, model = '', os_version = '', language = ''
			WHERE id IN (SELECT installation FROM devices WHERE account = $1)
			AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.installation = installations.id AND d.account <> $1
				AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.account = d.account))`,
		`UPDATE devices SET holder = '', label = '' WHERE account = $1`,
		`DELETE FROM account_uses WHERE account = $1`,
		`DELETE FROM invitations WHERE account = $1`,
		`DELETE FROM trusted_browsers WHERE account = $1`,
		`DELETE FROM report_pauses WHERE account = $1`,
		`DELETE FROM notices WHERE account = $1`,
		`DELETE FROM portal_steps WHERE session IN (SELECT id FROM portal_sessions WHERE account = $1) OR subject LIKE $1 || ' %'`, // also what a manager plans
		`DELETE FROM portal_work WHERE session IN (SELECT id FROM portal_sessions WHERE account = $1)`,
		`DELETE FROM portal_sessions WHERE account = $1`,
		`UPDATE outbox SET personal = '' WHERE account = $1 AND personal <> ''`,
		`INSERT INTO erasures (account) VALUES ($1) ON CONFLICT (account) DO UPDATE SET done = FALSE`)
	if err != nil {
		return err
	}
	return outbox.Put(ctx, tx, by.event(audit.AccountErased, tenant, id, nil, nil))
}

// eraseOutcomesOf goes on until nothing is left, and says so. Whoever is stopped before leaves the rest to FinishErasures.
func (s *Store) eraseOutcomesOf(ctx context.Context, id string) error {
	for {
		n, err := s.eraseOutcomes(ctx, nil, `account = $1`, id)
		if err != nil {
			return err
		}
		if n < erasedAtOnce {
			return runEach(ctx, s.Writes(), id,
				`DELETE FROM account_uses WHERE account = $1`,
				`UPDATE erasures SET done = TRUE WHERE account = $1`)
		}
	}
}

// FinishErasures goes on with the erasures that were broken off, and takes away what came late: a transaction that did not see the
// erasure yet may have written an end, or a use, after it.
func (s *Store) FinishErasures(ctx context.Context) error {
	ids, err := db.All(ctx, s.Reads(), db.ScanString, `
		SELECT e.account FROM erasures e JOIN accounts a ON a.id = e.account
		WHERE NOT e.done OR EXISTS (SELECT 1 FROM account_uses u WHERE u.account = e.account)
			OR EXISTS (SELECT 1 FROM outcomes o WHERE o.account = e.account AND o.decided_at > a.deleted_at - $1 AND o.erased_at = 0)
		ORDER BY e.account LIMIT $2`, (2 * db.MaxTransaction).Microseconds(), erasedAtOnce)
	for _, id := range ids {
		if err == nil {
			err = s.eraseOutcomesOf(ctx, id)
		}
	}
	return err
}
