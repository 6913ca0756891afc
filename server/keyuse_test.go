package server_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server"
)

// notes are a store that cannot note uses of keys until it may.
type notes struct {
	server.Lasting
	begun chan string
	may   chan error
}

func (n notes) KeyUsed(ctx context.Context, id string) error {
	select {
	case n.begun <- id:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-n.may:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	return n.Lasting.KeyUsed(ctx, id)
}

func (w *world) usedKeys() (n int) {
	w.Helper()
	keys, err := w.lasting.Keys(w.Context(), w.app.ID)
	w.must(err)
	for _, k := range keys {
		if !k.UsedAt.IsZero() {
			n++
		}
	}
	return n
}

func TestTheUseOfAKeyIsNotedBehindItsRequestsWhichNeitherWaitNorFailForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := notes{w.lasting, make(chan string), make(chan error)}
	i := w.serve(func(o *server.Options) { o.Lasting = n })
	ask := func() { i.call("GET", "/v1/accounts/nobody", nil).want(404, "unknown-account") }
	ask()
	<-n.begun
	for range 200 { // more than may wait, and none does
		ask()
	}
	n.may <- errors.New("the database is only read")
	<-n.begun
	n.may <- errors.New("the database is only read")
	ask()
	<-n.begun
	if told := strings.Count(i.log.String(), "could not be noted"); told != 1 || w.usedKeys() != 0 {
		t.Errorf("that it could not be noted was told %d times, and %d keys are noted", told, w.usedKeys())
	}
	n.may <- nil
	i.eventually(func() bool { return w.usedKeys() == 1 })
}

func TestAKeyThatIsNotedWithinTheHourIsNotNotedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := notes{w.lasting, make(chan string), make(chan error)}
	i := w.serve(func(o *server.Options) { o.Lasting = n })
	ask := func() { i.call("GET", "/v1/accounts/nobody", nil).want(404, "unknown-account") }
	ask()
	first := <-n.begun
	n.may <- nil
	i.eventually(func() bool { return w.usedKeys() == 1 })
	ask()
	other, id := w.addNamedKey(w.app, account.ScopeAdmin)
	i.key = other
	ask()
	if next := <-n.begun; next != id || next == first {
		t.Errorf("noted is %s, not the key %s that was used for the first time", next, id)
	}
	n.may <- nil
	i.eventually(func() bool { return w.usedKeys() == 2 })
	w.advance(account.KeyUse + account.KeyUse/60)
	ask()
	if again := <-n.begun; again != id {
		t.Errorf("an hour later %s is noted", again)
	}
	n.may <- nil
}
