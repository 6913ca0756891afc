package auditing

import "sync"

// running are the logs that this process checks at the moment. A check reads a whole log, so each is read once at a time; whoever checks theirs keeps nobody
// from another.
type running struct{ logs sync.Map }

// begin takes a log, until end is called; ok is false where it is taken.
func (r *running) begin(log string) (end func(), ok bool) {
	_, taken := r.logs.LoadOrStore(log, true)
	return func() { r.logs.Delete(log) }, !taken
}
