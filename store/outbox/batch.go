package outbox

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jawort/jawort/store/db"
)

// atOnce bounds how many events go into one statement. SQLite seeks each of its values among all before it, so that larger
// statements would take longer in all.
const atOnce = 100

// PutAll writes many events with few statements; q is the transaction in which they happened.
func PutAll(ctx context.Context, q db.Querier, events []Event) error {
	for some := range slices.Chunk(events, atOnce) {
		rows, args := make([]string, len(some)), make([]any, 0, 10*len(some))
		for i, e := range some {
			data, err := encode(e.Data)
			if err != nil {
				return err
			}
			personal, err := e.personal()
			if err != nil {
				return err
			}
			rows[i] = fmt.Sprintf("(%s, jawort_now())", db.Placeholders(len(args)+1, 10))
			args = append(args, e.Kind, e.Tenant, e.Application, e.Account, e.Subject, e.Installation, e.Actor.Kind, e.Actor.ID, data, personal)
		}
		_, err := db.Exec(ctx, q, `
			INSERT INTO outbox (kind, tenant, application, account, subject, installation, actor_kind, actor, data, personal, created_at)
			VALUES `+strings.Join(rows, ", "), args...)
		if err != nil {
			return err
		}
	}
	return nil
}
