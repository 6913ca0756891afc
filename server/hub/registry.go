package hub

import (
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/live"
)

// watch is one approval that somebody waits for. Guarded by Hub.mu.
type watch struct {
	view    View
	sockets []*socket
}

func (w *watch) asked() {
	for _, s := range w.sockets {
		s.asked = true
	}
}

// maxTogether is how many sockets may wait for one approval: some tabs, and some that their network left behind. A ticket that
// leaked must not fill the server.
const maxTogether = 8

// join registers the socket as one that waits for the approval, or returns the close code that refuses it. What v calls open may
// have ended by now: the first frame waits for the next batch, in which the lasting store is asked for all who joined together.
func (h *Hub) join(s *socket, v View) (refused int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.queue.closed:
		return websocket.CloseServiceRestart
	case h.count >= h.options.Max, h.crowded(s.approval):
		return websocket.CloseTryAgainLater
	}
	h.count++
	h.metrics.sockets.Inc()
	h.readers.Add(1)
	s.slot = uint8(h.at) // visited a moment ago, and again in a full round
	h.wheel[s.slot][s] = struct{}{}
	w, known := h.watches[s.approval]
	if !known {
		w = &watch{view: v}
		h.watches[s.approval] = w
	}
	w.sockets = append(w.sockets, s)
	s.watch = w
	if v.Status.Ended() {
		h.finish(s.approval, v.Status, v.Method)
		return 0
	}
	h.woken[s.approval] = struct{}{}
	h.signal()
	return 0
}

func (h *Hub) crowded(id string) bool {
	w, waits := h.watches[id]
	return waits && len(w.sockets) >= maxTogether
}

// leave forgets the socket.
func (h *Hub) leave(s *socket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count--
	h.metrics.sockets.Dec()
	s.closing, s.due = true, work{}
	delete(h.wheel[s.slot], s)
	w, waits := h.watches[s.approval]
	if !waits || w != s.watch {
		return
	}
	w.sockets = slices.DeleteFunc(w.sockets, func(other *socket) bool { return other == s })
	if len(w.sockets) == 0 {
		delete(h.watches, s.approval)
	}
}

// finish tells everybody who waits for the approval how it ended. The caller holds mu.
func (h *Hub) finish(id string, status approval.Status, method approval.Method) {
	h.release(id, work{frame: true, code: websocket.CloseNormalClosure}, func(w *watch) {
		w.view.Status, w.view.Method = status, method
	})
}

// release lets go of everybody who waits for the approval, with a last piece of work. The caller holds mu.
func (h *Hub) release(id string, last work, change func(*watch)) {
	w, waits := h.watches[id]
	if !waits {
		return
	}
	change(w)
	delete(h.watches, id)
	for _, s := range w.sockets {
		h.enqueue(s, last)
	}
}

// progress tells everybody who waits for the approval, which is open, how far its wake-ups and its newest code got, and until when
// it is open now that a code was sent; whoever has been told so before hears only news.
func (h *Hub) progress(id string, d live.Delivery, code approval.Code) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w, waits := h.watches[id]
	if !waits {
		return
	}
	closes := w.view.ClosesAt
	if d.ClosesAt.After(closes) {
		closes = d.ClosesAt.UTC()
	}
	news := w.view.Delivery != d.Delivery || w.view.Code != code || !closes.Equal(w.view.ClosesAt)
	w.view.Delivery, w.view.Code, w.view.ClosesAt = d.Delivery, code, closes
	h.tell(w, news)
}

// tell has the state written to everybody, or only to those who were never told. Who joined while the stores were being asked is left
// for the next batch. The caller holds mu.
func (h *Hub) tell(w *watch, everybody bool) {
	for _, s := range w.sockets {
		if s.asked && (everybody || !s.told) {
			s.told = true
			h.enqueue(s, work{frame: true})
		}
	}
}

// enqueue adds to what is due to the socket; a close is the last. The caller holds mu.
func (h *Hub) enqueue(s *socket, more work) {
	if s.closing {
		return
	}
	s.due.frame = s.due.frame || more.frame
	s.due.ping = s.due.ping || more.ping
	s.due.code = more.code
	s.closing = more.code != 0
	h.queue.push(s)
}

// next gives the socket before back, waits for one that something is due to, and takes that from it. It returns nil
// when the hub has closed.
func (h *Hub) next(before *socket) (*socket, work, View) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if before != nil {
		h.queue.giveBack(before)
	}
	s := h.queue.pop()
	if s == nil {
		return nil, work{}, View{}
	}
	due := s.due
	s.due = work{}
	return s, due, s.watch.view
}

// visit moves the wheel on and pings the sockets of the next slot. A silent one is dropped; one whose approval
// should have ended is read again, in case the wake-up of its end was lost or nobody wrote it.
func (h *Hub) visit(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = (h.at + 1) % slots
	for s := range h.wheel[h.at] {
		if now.Sub(time.Unix(s.heard.Load(), 0)) > silence {
			h.metrics.dropped.WithLabelValues("silent").Inc()
			s.hangUp()
			continue
		}
		s.inbound.Store(0)
		h.enqueue(s, work{ping: true})
		if !s.closing && now.After(s.watch.view.ClosesAt) {
			h.woken[s.approval] = struct{}{}
		}
	}
	if len(h.woken) > 0 {
		h.signal()
	}
}

// closeAll asks every peer to come back to another server, and ends the writers once that is sent.
func (h *Hub) closeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, slot := range h.wheel {
		for s := range slot {
			h.enqueue(s, work{code: websocket.CloseServiceRestart})
		}
	}
	h.queue.close()
}
