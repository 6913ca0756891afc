// Package auditlog lets an organisation read its audit log over HTTP and take it away, and runs the sequencer that writes
// it. It owns filters, paging and the pace; what an entry is, and when a log holds, it leaves to package audit.
package auditlog

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/audit"
)

// Records are the entries of all tenants.
type Records interface {
	Records(ctx context.Context, tenant string, f audit.Filter) ([]audit.Record, error)
	Export(ctx context.Context, e audit.Export, w io.Writer) error
}

// Accounts finds an account by its login number.
type Accounts interface {
	Account(ctx context.Context, tenant, externalID string) (account.Account, error)
}

// ReceiptKeys are the public keys that ever signed.
type ReceiptKeys interface {
	ReceiptKeys(ctx context.Context) ([][]byte, error)
}

// Log answers an organisation that asks for its own audit log.
type Log struct {
	Guards   guard.Guards
	Records  Records
	Accounts Accounts
	Keys     ReceiptKeys
	Sign     audit.Sign
	Log      *slog.Logger
}

// Mount adds the routes.
func (l Log) Mount(m *edge.Mux) {
	admin := l.Guards.Key(account.ScopeAdmin)
	m.Handle("GET /v1/audit", admin, l.list)
	m.Handle("GET /v1/audit/export", admin, l.Export)
}

// Export streams the whole log of the caller's tenant, and keeps first who takes it: it brings all personal data. Where it does not hold, it ends without a signed head, so that who verifies it is told
// where; we are told by the log.
func (l Log) Export(w http.ResponseWriter, r *http.Request) error {
	ctx, tenant := r.Context(), guard.TenantOf(r.Context())
	w.Header().Set("Content-Type", "application/x-ndjson")
	if r.Method == http.MethodHead {
		return nil // nothing is taken away
	}
	published, err := Published(ctx, l.Keys)
	if err != nil {
		return err
	}
	out := &pieces{w: w, buffer: bufio.NewWriter(w)}
	err = l.Records.Export(ctx, audit.Export{Tenant: tenant, By: guard.ActorOf(ctx), Published: published, Sign: l.Sign, Flush: out.send}, out)
	if audit.IsFault(err) {
		l.Log.ErrorContext(ctx, "an audit log does not hold", "tenant", tenant, "fault", err)
		err = out.send()
	}
	if err != nil && out.began {
		// Half an answer must not look like a whole one.
		edge.Annotate(ctx, slog.String("error", err.Error()))
		panic(http.ErrAbortHandler)
	}
	return err
}

// pieces is a long answer.
type pieces struct {
	w      http.ResponseWriter
	buffer *bufio.Writer
	began  bool
}

func (p *pieces) Write(b []byte) (int, error) {
	p.began = true
	return p.buffer.Write(b)
}

func (p *pieces) send() error {
	if err := p.buffer.Flush(); err != nil {
		return fmt.Errorf("auditlog: %w", err)
	}
	return edge.Continue(p.w)
}

// Published returns the keys that ever signed as a set.
func Published(ctx context.Context, keys ReceiptKeys) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	kept, err := keys.ReceiptKeys(ctx)
	if err != nil {
		return set, err
	}
	for _, b := range kept {
		var key jose.JSONWebKey
		if err := json.Unmarshal(b, &key); err != nil {
			return set, fmt.Errorf("auditlog: receipt key: %w", err)
		}
		set.Keys = append(set.Keys, key)
	}
	return set, nil
}
