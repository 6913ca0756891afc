package docs_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/phone"
)

// playSocket waits for an approval on the websocket.
func (h *house) playSocket(p *phone.Phone) {
	a := h.ask()
	h.say("400 websocket-expected", "GET", h.url+"/v1/approvals/"+a.ID+"/socket", "")
	h.dial(a.Socket.URL, a.Socket.Ticket, "https://evil.example")
	h.wantClose(h.dial(a.Socket.URL, "jt_forged", pageOrigin), 4401)
	lost := strings.Replace(a.Socket.URL, a.ID, "apr_0aaaaaaaaaaaaaaaaaaaaaaaaaa", 1)
	h.wantClose(h.dial(lost, a.Socket.Ticket, pageOrigin), 4401)

	conn := h.dial(a.Socket.URL, a.Socket.Ticket, pageOrigin)
	h.frame(conn)
	h.decided("approved")(p.Decide(h.Context(), h.item(p, a), phone.Approve, a.Number))
	for h.frame(conn) == "pending" { // the delivery
	}
	h.wantClose(conn, websocket.CloseNormalClosure)
}

// dial opens a socket past the referee; nil where it is refused.
func (h *house) dial(url, ticket, origin string) *websocket.Conn {
	h.Helper()
	d := websocket.Dialer{Subprotocols: []string{"jawort.v1", "ticket." + ticket}}
	conn, resp, err := d.DialContext(h.Context(), url, http.Header{"Origin": {origin}})
	if resp == nil {
		h.Fatal(err)
	}
	asked, err := http.NewRequestWithContext(h.Context(), http.MethodGet, strings.Replace(url, "ws", "http", 1), nil)
	h.must(err)
	asked.Header = http.Header{"Origin": {origin}, "Sec-Websocket-Protocol": {strings.Join(d.Subprotocols, ", ")}}
	body, err := io.ReadAll(resp.Body)
	h.must(err)
	h.referee.judge(exchange{face: loginFacing, request: asked, status: resp.StatusCode, header: resp.Header, body: body})
	if conn != nil {
		h.Cleanup(func() { conn.Close() })
	}
	return conn
}

// frame reads one frame and compares it with the file.
func (h *house) frame(conn *websocket.Conn) (status string) {
	h.Helper()
	var frame map[string]any
	h.must(conn.ReadJSON(&frame))
	if err := h.doc.Components.Schemas["SocketFrame"].Value.VisitJSON(frame); err != nil {
		text, _ := json.Marshal(frame)
		h.Errorf("the file does not know the frame %s: %v", text, err)
	}
	status, _ = frame["status"].(string)
	return status
}

func (h *house) wantClose(conn *websocket.Conn, code int) {
	h.Helper()
	if conn == nil {
		h.Fatal("no socket")
	}
	if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, code) {
		h.Errorf("got %v, want close %d", err, code)
	}
}
