package audit

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jawort/jawort/approval"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// end is what the row of an outcome says. Its event only names it.
type end struct {
	approval, application, account string
	kind                           approval.Kind
	status                         approval.Status
	method                         approval.Method
	decision                       approval.Decision
	actor, device, holder, label   string
	at                             time.Time
	document, evidence             *domain.Hash // nil: there is none
	erased                         bool         // of the document, only the hash is left
}

// The outcomes of a person who is being erased are erased one after the other, later than the log: what they say of the
// person does not get into it any more.
const (
	erasing    = `EXISTS (SELECT 1 FROM erasures r WHERE r.account = outcomes.account)`
	endColumns = `approval, application, account, kind, status, method, decision, number, actor, device,
		CASE WHEN ` + erasing + ` THEN '' ELSE holder END, CASE WHEN ` + erasing + ` THEN '' ELSE label END, document, document_hash,
		credential, public_key, auth_data, client_data, signature, decided_at, erased_at > 0`
)

func scanEnd(r db.Row) (e end, err error) {
	var number string
	var document, documentHash, credential, publicKey, authData, clientData, signature []byte
	err = r.Scan(&e.approval, &e.application, &e.account, &e.kind, &e.status, &e.method, &e.decision, &number, &e.actor, &e.device, &e.holder, &e.label,
		&document, &documentHash, &credential, &publicKey, &authData, &clientData, &signature, db.Into(&e.at), &e.erased)
	switch {
	case len(document) > 0:
		h := domain.DocumentHash(document)
		e.document = &h
	case len(documentHash) > 0:
		e.document = new(domain.Hash)
		copy(e.document[:], documentHash)
	}
	if len(signature) > 0 {
		h := domain.EvidenceHash(string(e.decision), number, credential, publicKey, authData, clientData, signature)
		e.evidence = &h
	}
	return e, err
}

// endsOf returns the outcomes that the events name, by approval.
func endsOf(ctx context.Context, q db.Querier, events []outbox.Event) (map[string]end, error) {
	var approvals []string
	for _, e := range events {
		if e.Kind == outbox.ApprovalEnded {
			approvals = append(approvals, e.Subject)
		}
	}
	return readEnds(ctx, q, approvals)
}

func readEnds(ctx context.Context, q db.Querier, approvals []string) (map[string]end, error) {
	ends := make(map[string]end, len(approvals))
	if len(approvals) == 0 {
		return ends, nil
	}
	args := make([]any, len(approvals))
	for i, id := range approvals {
		args[i] = id
	}
	rows, err := db.All(ctx, q, scanEnd,
		`SELECT `+endColumns+` FROM outcomes WHERE approval IN (`+db.Placeholders(1, len(args))+`)`, args...)
	for _, e := range rows {
		ends[e.approval] = e
	}
	return ends, err
}

// endPrefix and the status are the kind of an outcome's entry.
const endPrefix = "approval."

// endData is the data of an outcome's entry. By the hashes it commits to what is kept of the outcome.
type endData struct {
	Kind     approval.Kind     `json:"kind"`
	Method   approval.Method   `json:"method,omitempty"`
	Decision approval.Decision `json:"decision,omitempty"`
	Document *domain.Hash      `json:"document,omitempty"`
	Evidence *domain.Hash      `json:"evidence,omitempty"`
}

func (e end) data() endData {
	return endData{Kind: e.kind, Method: e.method, Decision: e.decision, Document: e.document, Evidence: e.evidence}
}

// describe puts into the fact what the outcome says.
func (e end) describe(f *domain.Fact) {
	f.Kind = endPrefix + string(e.status)
	f.Actor = e.by()
	f.Data, _ = json.Marshal(e.data()) // strings and digests can always be encoded
	f.Personal = map[string]string{}
	for name, value := range map[string]string{"holder": e.holder, "label": e.label} {
		if value != "" {
			f.Personal[name] = value
		}
	}
}

// by returns who ended it. A row from before there was an actor in it tells the end alone.
func (e end) by() string {
	switch {
	case e.device != "" && e.method == approval.MethodPasskey && e.actor != "":
		return outbox.Actor{Kind: outbox.ByPasskey, ID: e.device}.String()
	case e.device != "":
		return outbox.Actor{Kind: outbox.ByDevice, ID: e.device}.String()
	case e.actor == "" && (e.status == approval.StatusExpired || e.status == approval.StatusSuperseded):
		return outbox.BySystem
	default:
		return e.actor
	}
}

// fact is what would be recorded of the outcome now.
func (e end) fact() (f domain.Fact) {
	e.describe(&f)
	return f
}
