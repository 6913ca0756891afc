package journeys_test

import (
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

const firstLoad = 150 << 10 // bytes over the wire, with all headers

func TestTheFirstLoadIsSmall(t *testing.T) {
	h := newHouse(t)
	p := h.barePhone("Ada")
	p.Go(h.url)
	p.Wait(".welcome")
	p.Until(`navigator.serviceWorker.ready.then(() => caches.keys()).then((names) => names.length === 1)`)
	p.Until(`navigator.serviceWorker.controller !== null`)
	size := h.written.Load()
	t.Logf("%d KiB", size>>10)
	if size == 0 || size > firstLoad {
		t.Errorf("the first load is %d bytes", size)
	}
	p.Reload()
	p.Wait(".welcome")
	if again := h.written.Load() - size; again > 30<<10 {
		t.Errorf("the second load is %d bytes", again)
	}
	if from := browsertest.Eval[[]string](p.Tab, `performance.getEntriesByType("resource").map((e) => e.name).filter((name) => !name.startsWith(location.origin))`); len(from) > 0 {
		t.Errorf("asks elsewhere: %q", from)
	}
}
