package live

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jawort/jawort/approval"
)

// Fields of a record. Beside them it holds at:<installation> (how far its wake-up got), re:<request> (a resend that was
// carried out), held (why the caller wanted no push), no_push and no_push_until (what create.lua answered).
const (
	fieldSuperseded = "superseded"
	fieldEnded      = "ended"
)

// encodeRecord returns the fields as they are at first. All but closes_at and the MAC over it stay so.
func encodeRecord(p approval.Pending) ([]any, error) {
	recipients, err := json.Marshal(p.Recipients)
	if err != nil {
		return nil, fmt.Errorf("live: encode recipients: %w", err)
	}
	return []any{
		"tenant", p.Tenant, "application", p.Application, "account", p.Account, "kind", string(p.Kind),
		"document", p.Document, "number", p.Number, "context", p.Context, "session", p.Session, "recipients", recipients, "mac", p.MAC,
		"created_at", micros(p.CreatedAt), "expires_at", micros(p.ExpiresAt), "closes_at", micros(p.ClosesAt),
	}, nil
}

func decodeRecord(id string, fields map[string]string) (approval.Pending, error) {
	if len(fields) == 0 {
		return approval.Pending{}, approval.ErrUnknown
	}
	p := approval.Pending{
		ID: id, Tenant: fields["tenant"], Application: fields["application"], Account: fields["account"],
		Kind: approval.Kind(fields["kind"]), Document: []byte(fields["document"]), Number: fields["number"], Context: fields["context"], Session: fields["session"],
		MAC: []byte(fields["mac"]), Superseded: fields[fieldSuperseded] != "", Ended: fields[fieldEnded] != "",
	}
	if err := json.Unmarshal([]byte(fields["recipients"]), &p.Recipients); err != nil {
		return approval.Pending{}, fmt.Errorf("live: recipients of %s: %w", id, err)
	}
	for name, t := range map[string]*time.Time{"created_at": &p.CreatedAt, "expires_at": &p.ExpiresAt, "closes_at": &p.ClosesAt} {
		var err error
		if *t, err = parseMicros(fields[name]); err != nil {
			return approval.Pending{}, fmt.Errorf("live: %s of %s: %w", name, id, err)
		}
	}
	p.Delivery = decodeDelivery(fields["sent"], fields["failed"], fields["received"])
	return p, nil
}

// decodeDelivery reads counters, which are absent until something was counted.
func decodeDelivery(sent, failed, received string) approval.Delivery {
	count := func(s string) int {
		n, _ := strconv.Atoi(s)
		return n
	}
	return approval.Delivery{Sent: count(sent), Failed: count(failed), Received: count(received)}
}

func micros(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }

func parseMicros(s string) (time.Time, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("live: not a time in microseconds: %w", err)
	}
	return time.UnixMicro(n).UTC(), nil
}

// encodeJobs returns one push job per recipient.
func encodeJobs(p approval.Pending, kind approval.JobKind, expires time.Time, recipients []approval.Recipient) ([]any, error) {
	jobs := make([]any, 0, len(recipients))
	for _, r := range recipients {
		job, err := encodeJob(approval.PushJob{Kind: kind, ID: p.ID, Recipient: r, ExpiresAt: expires.UTC()})
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

func encodeJob(j approval.PushJob) ([]byte, error) {
	b, err := json.Marshal(j)
	if err != nil {
		return nil, fmt.Errorf("live: encode push job: %w", err)
	}
	return b, nil
}
