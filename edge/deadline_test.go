package edge_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/edge"
)

// timed is a ResponseWriter that records how far away each deadline was when it was set; 0 for none.
type timed struct {
	*httptest.ResponseRecorder
	reads, writes []time.Duration
}

func away(d time.Time) time.Duration {
	if d.IsZero() {
		return 0
	}
	return time.Until(d).Round(time.Second)
}

func (w *timed) SetReadDeadline(d time.Time) error  { w.reads = append(w.reads, away(d)); return nil }
func (w *timed) SetWriteDeadline(d time.Time) error { w.writes = append(w.writes, away(d)); return nil }

func TestDeadlinesLeaveRoomForALongPollAndNoneForASlowPeer(t *testing.T) {
	t.Parallel()
	g := taking(edge.Decode[order])
	w := &timed{ResponseRecorder: httptest.NewRecorder()}
	g.ServeHTTP(w, post("/x", `{"account":"4711"}`))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if len(w.reads) < 2 || w.reads[0] != 10*time.Second || w.reads[len(w.reads)-1] != 0 {
		t.Errorf("the body has 10 s and nothing after its end: %v", w.reads)
	}
	if !slices.Equal(w.writes, []time.Duration{90 * time.Second, 15 * time.Second}) {
		t.Errorf("90 s for all, 15 s once the answer begins: %v", w.writes)
	}
}
