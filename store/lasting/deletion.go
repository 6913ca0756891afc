package lasting

import (
	"context"
	"database/sql"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// AccountDeleted is the kind of the event.
const AccountDeleted = "account.deleted"

// deleteAccount ends an account and returns its id.
func deleteAccount(ctx context.Context, tx *sql.Tx, tenant, externalID string, by By) (string, error) {
	id, err := db.One(ctx, tx, db.ScanString, `
		UPDATE accounts SET deleted_at = jawort_now()
		WHERE tenant = $1 AND external_id = $2 AND deleted_at = 0 RETURNING id`, tenant, externalID)
	if err != nil {
		return "", db.Replace(err, account.ErrUnknownAccount)
	}
	if err := closeEnrolments(ctx, tx, id); err != nil {
		return "", err
	}
	if err := revokeCredentials(ctx, tx, id); err != nil {
		return "", err
	}
	return id, outbox.Put(ctx, tx, by.event(AccountDeleted, tenant, id, nil, map[string]string{"account": externalID}))
}

// closeEnrolments ends what no phone has brought to its end, and the recoveries by which one could begin.
func closeEnrolments(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := db.Exec(ctx, tx, `UPDATE recoveries SET stopped_at = jawort_now() WHERE account = $1 AND stopped_at = 0 AND used_at = 0`, id)
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `
		UPDATE enrolments SET status = $2 WHERE account = $1 AND status IN ($3, $4, $5, $6)`,
		id, account.EnrolmentFailed, account.EnrolmentWaiting, account.EnrolmentOpen, account.EnrolmentClaimed, account.EnrolmentCompleted)
	return err
}
