package server

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/hub"
	"github.com/jawort/jawort/server/ticket"
)

const ticketProtocol = "ticket."

var errProtocol = refusal.New(refusal.Malformed, "websocket-expected",
	"Open a websocket with the subprotocols jawort.v1 and ticket.<ticket>.")

// sockets are where browsers wait: GET /v1/approvals/{id}/socket. The ticket comes as a subprotocol, because that is
// the only thing that a page can add to the request; it is never selected, so never echoed.
type sockets struct {
	guards guard.Guards
	ender  *ending.Ender
	hub    *hub.Hub
	codes  codeStates
}

func (s sockets) Mount(m *edge.Mux) {
	// A guard would answer with a status, which browsers hide from the page: join lets in, and closes with a code.
	m.Handle("GET /v1/approvals/{id}/socket", edge.Public, s.join)
}

func (s sockets) join(w http.ResponseWriter, r *http.Request) error {
	offered := websocket.Subprotocols(r)
	if !websocket.IsWebSocketUpgrade(r) || !slices.Contains(offered, hub.Subprotocol) {
		return errProtocol
	}
	if r.Header.Get("Origin") == "" {
		return guard.ErrOrigin
	}
	id, v, err := s.admit(r, offered)
	switch {
	case err == nil:
		return s.hub.Accept(w, r, id, v)
	case errors.Is(err, ticket.ErrBad):
		return s.hub.Refuse(w, r, hub.CloseBadTicket)
	case errors.Is(err, approval.ErrUnknown):
		return s.hub.Refuse(w, r, hub.CloseLost)
	case errors.Is(err, refusal.ErrUnavailable):
		return s.hub.Refuse(w, r, websocket.CloseTryAgainLater)
	default:
		return err
	}
}

// admit returns the approval and what the page is to see first.
func (s sockets) admit(r *http.Request, offered []string) (id string, v hub.View, err error) {
	t, err := ticket.Open(s.guards.Keys, ticketIn(offered), s.guards.Now())
	if err != nil {
		return "", hub.View{}, err
	}
	if t.Approval != r.PathValue("id") {
		return "", hub.View{}, ticket.ErrBad
	}
	application, err := s.guards.Active(r.Context(), t.Application)
	if err != nil {
		return "", hub.View{}, err
	}
	if !s.guards.Waits(application, r.Header.Get("Origin")) {
		return "", hub.View{}, guard.ErrOrigin
	}
	edge.Annotate(r.Context(), slog.String("approval", t.Approval))
	standing, err := s.ender.Glance(r.Context(), t.Approval)
	if err != nil {
		return "", hub.View{}, err
	}
	if s.guards.Outlived(standing) {
		return "", hub.View{}, ticket.ErrBad
	}
	v, err = watched(standing, application.TenantPolicy.Support)
	if err != nil {
		return "", hub.View{}, err
	}
	v.Code, err = s.codes.of(r.Context(), standing)
	return t.Approval, v, err
}

func ticketIn(protocols []string) string {
	for _, p := range protocols {
		if text, ok := strings.CutPrefix(p, ticketProtocol); ok {
			return text
		}
	}
	return ""
}
