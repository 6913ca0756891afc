package console

import "sync"

// Busy are the tenants of which this process reads much at the moment: for each it does so once at a time, and whoever reads their own keeps nobody from
// another. The installation's own is the empty one.
type Busy struct{ tenants sync.Map }

// Begin takes a tenant, until end is called; ok is false where it is taken.
func (b *Busy) Begin(tenant string) (end func(), ok bool) {
	_, taken := b.tenants.LoadOrStore(tenant, true)
	return func() { b.tenants.Delete(tenant) }, !taken
}
