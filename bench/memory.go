package bench

import (
	"slices"
	"sync"
	"time"

	"github.com/jawort/jawort/bench/local"
)

// resident samples the memory of a process while a window lasts.
type resident struct {
	pid     int
	mu      sync.Mutex
	samples []int64
	stop    chan struct{}
	done    sync.WaitGroup
}

const residentPace = 100 * time.Millisecond

func watchResident(pid int) *resident {
	r := &resident{pid: pid, stop: make(chan struct{})}
	r.done.Go(func() {
		pace := time.NewTicker(residentPace)
		defer pace.Stop()
		for {
			if b, err := local.Resident(pid); err == nil {
				r.mu.Lock()
				r.samples = append(r.samples, b)
				r.mu.Unlock()
			}
			select {
			case <-r.stop:
				return
			case <-pace.C:
			}
		}
	})
	return r
}

// median ends the sampling.
func (r *resident) median() int64 {
	close(r.stop)
	r.done.Wait()
	slices.Sort(r.samples)
	if len(r.samples) == 0 {
		return 0
	}
	return r.samples[len(r.samples)/2]
}
