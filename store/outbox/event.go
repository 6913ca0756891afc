// Package outbox keeps what happened until everybody who has to act on it has done so. An event is written in the
// transaction in which it happened, so there is none without the other.
//
// Two readers take every event: the follow-up (withdrawals, webhooks, notices), which leases events one by one, and
// the audit log, which takes them in batches. An event goes when both are done with it. Ids become visible out of
// order under concurrency, so nothing is ever skipped by id or time.
//
// The package does not know what an event means.
package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
)

// ApprovalEnded is the kind of event that every outcome brings by itself: a trigger writes it with the row. The
// outcome says the rest. Its data is an End.
const ApprovalEnded = "approval.ended"

// End is what the event of an outcome says.
type End struct {
	Status approval.Status `json:"status"`
	Method approval.Method `json:"method"`
}

// EndOf returns how the approval of an ApprovalEnded ended.
func EndOf(e Event) (end End, err error) {
	data, _ := e.Data.(json.RawMessage)
	if err := json.Unmarshal(data, &end); err != nil {
		return End{}, fmt.Errorf("outbox: end of %s: %w", e.Subject, err)
	}
	return end, nil
}

// Actor is who did it.
type Actor struct {
	Kind string // one of those below
	ID   string
	Name string // of the person at support whom the login service names: personal, so it lies beside what is recorded for ever
}

// String returns the actor as the audit log writes it: kind and id, never a name.
func (a Actor) String() string {
	if a.ID == "" {
		return a.Kind
	}
	return a.Kind + ":" + a.ID
}

// The kinds of actors.
const (
	ByKey      = "key"     // a login service, by its API key
	ByDevice   = "device"  // a phone
	ByBrowser  = "browser" // a waiting page, by the approval that it waits for
	ByTrusted  = "trusted_browser"
	ByPasskey  = "passkey"
	ByCommand  = "command"  // the command line
	ByOperator = "operator" // in the console, by their id; or support, named by the login service, by its API key
	ByPerson   = "person"   // the account's own person, by their session in the portal
	BySystem   = "system"   // Jawort itself
)

// Event is something that happened.
type Event struct {
	ID           int64
	Kind         string // dotted: device.revoked
	Tenant       string
	Application  string
	Account      string
	Subject      string // the id of what it happened to
	Installation string // the phone that need not be told, because it did it; empty: none
	Actor        Actor
	Data         any // ids and plain facts; a json.RawMessage where the event was read
	Personal     any // what may have to be erased; a json.RawMessage where the event was read
	At           time.Time
}

// Put writes the event; q is the transaction in which it happened.
func Put(ctx context.Context, q db.Querier, e Event) error {
	data, err := encode(e.Data)
	if err != nil {
		return err
	}
	personal, err := e.personal()
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, q, `
		INSERT INTO outbox (kind, tenant, application, account, subject, installation, actor_kind, actor, data, personal, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, jawort_now())`,
		e.Kind, e.Tenant, e.Application, e.Account, e.Subject, e.Installation, e.Actor.Kind, e.Actor.ID, data, personal)
	return err
}

// eachAtOnce bounds how many events go into one statement.
const eachAtOnce = 500

// PutEach writes the same event for each of the accounts, which are its subjects.
func PutEach(ctx context.Context, q db.Querier, e Event, accounts []string) error {
	data, err := encode(e.Data)
	if err != nil {
		return err
	}
	personal, err := e.personal()
	if err != nil {
		return err
	}
	for some := range slices.Chunk(accounts, eachAtOnce) {
		args := []any{e.Kind, e.Tenant, e.Application, e.Installation, e.Actor.Kind, e.Actor.ID, data, personal}
		rows := make([]string, len(some))
		for i, account := range some {
			args = append(args, account)
			rows[i] = fmt.Sprintf("($1, $2, $3, $%d, $%d, $4, $5, $6, $7, $8, jawort_now())", len(args), len(args))
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

// personal encodes what may have to be erased, the operator's name with it.
func (e Event) personal() (string, error) {
	text, err := encode(e.Personal)
	if err != nil || e.Actor.Name == "" {
		return text, err
	}
	members := map[string]any{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &members); err != nil {
			return "", fmt.Errorf("outbox: what is personal of an event must be an object: %w", err)
		}
	}
	members["operator"] = e.Actor.Name
	return encode(members)
}

func encode(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("outbox: encode event: %w", err)
	}
	return string(b), nil
}

const columns = `id, kind, tenant, application, account, subject, installation, actor_kind, actor, data, personal, created_at`

func scan(r db.Row) (e Event, err error) {
	var data, personal string
	err = r.Scan(&e.ID, &e.Kind, &e.Tenant, &e.Application, &e.Account, &e.Subject, &e.Installation, &e.Actor.Kind, &e.Actor.ID,
		&data, &personal, db.Into(&e.At))
	e.Data, e.Personal = json.RawMessage(data), json.RawMessage(personal)
	return e, err
}
