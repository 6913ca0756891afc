package audit

import (
	"context"
	"encoding/json"

	"github.com/jawort/jawort/approval"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/outbox"
)

// end is what the row of an outcome says. Its event only names it.
type end struct {
	approval               string
	kind                   approval.Kind
	status                 approval.Status
	method                 approval.Method
	decision               approval.Decision
	device, holder, label  string
	document, evidence     domain.Hash
	noDocument, noEvidence bool // erased, or never there
}

// The outcomes of a person who is being erased are erased one after the other, later than the log: what they say of the
// person does not get into it any more.
const (
	erasing    = `EXISTS (SELECT 1 FROM erasures r WHERE r.account = outcomes.account)`
	endColumns = `approval, kind, status, method, decision, number, device,
		CASE WHEN ` + erasing + ` THEN '' ELSE holder END, CASE WHEN ` + erasing + ` THEN '' ELSE label END, document,
		credential, public_key, auth_data, client_data, signature`
)

func scanEnd(r db.Row) (e end, err error) {
	var number string
	var document, credential, publicKey, authData, clientData, signature []byte
	err = r.Scan(&e.approval, &e.kind, &e.status, &e.method, &e.decision, &number, &e.device, &e.holder, &e.label, &document,
		&credential, &publicKey, &authData, &clientData, &signature)
	e.noDocument, e.noEvidence = len(document) == 0, len(signature) == 0
	e.document = domain.DocumentHash(document)
	e.evidence = domain.EvidenceHash(string(e.decision), number, credential, publicKey, authData, clientData, signature)
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

// evidence is the part of an entry's data that commits to what is kept of the outcome.
type evidence struct {
	Document *domain.Hash `json:"document,omitempty"`
	Evidence *domain.Hash `json:"evidence,omitempty"`
}

// describe puts into the fact what the outcome says.
func (e end) describe(f *domain.Fact) {
	f.Kind = "approval." + string(e.status)
	switch {
	case e.device != "":
		f.Actor = outbox.ByDevice + ":" + e.device
	case e.status == approval.StatusExpired || e.status == approval.StatusSuperseded:
		f.Actor = outbox.BySystem
	}
	data := struct {
		Kind     approval.Kind     `json:"kind"`
		Method   approval.Method   `json:"method,omitempty"`
		Decision approval.Decision `json:"decision,omitempty"`
		evidence
	}{Kind: e.kind, Method: e.method, Decision: e.decision}
	if !e.noDocument {
		data.Document = &e.document
	}
	if !e.noEvidence {
		data.Evidence = &e.evidence
	}
	f.Data, _ = json.Marshal(data) // strings and digests can always be encoded
	f.Personal = map[string]string{}
	for name, value := range map[string]string{"holder": e.holder, "label": e.label} {
		if value != "" {
			f.Personal[name] = value
		}
	}
}
