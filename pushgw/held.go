package pushgw

import (
	"maps"
	"slices"
	"sync"

	"github.com/jawort/jawort/approval"
)

// held is the set of jobs in hand.
type held struct {
	mu   sync.Mutex
	jobs map[entry]approval.QueuedJob
}

type entry struct {
	partition int
	id        string
}

func newHeld() *held { return &held{jobs: map[entry]approval.QueuedJob{}} }

// add reports whether the job was not in hand before.
func (h *held) add(j approval.QueuedJob) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := entry{j.Partition, j.Entry}
	if _, ok := h.jobs[e]; ok {
		return false
	}
	h.jobs[e] = j
	return true
}

func (h *held) remove(j approval.QueuedJob) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.jobs, entry{j.Partition, j.Entry})
}

func (h *held) all() []approval.QueuedJob {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Values(h.jobs))
}
