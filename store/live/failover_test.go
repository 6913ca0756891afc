package live

import (
	"context"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/live/redisserver"
	"github.com/jawort/jawort/store/live/redistest"
)

// failover is what a cluster may take to put a replica in the place of its master, and we to find it.
const failover = 25 * time.Second

func TestAMasterThatIsLostIsReplacedWithoutARestart(t *testing.T) {
	t.Parallel()
	servers := redistest.ClusterWithReplicas(t)
	w := newWorld(t, servers.URL)
	var accounts []string
	for range 4 * approval.Partitions { // so that each master has some
		accounts = append(accounts, newID(t, id.Account))
	}
	servers.Masters[0].Kill()
	ctx, cancel := context.WithTimeout(t.Context(), failover)
	defer cancel()
	for _, a := range accounts {
		err := redisserver.Poll(ctx, func() error {
			_, err := w.Create(ctx, Creation{Pending: w.pending(a, "ins_a"), Limit: approval.MaxPending})
			return err
		})
		if err != nil {
			t.Fatalf("an account cannot be asked %s after its master was lost: %v", failover, err)
		}
	}
	if err := w.Ping(t.Context()); err != nil {
		t.Errorf("afterwards it is not ready: %v", err)
	}
}
