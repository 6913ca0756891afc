package bench

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// progress tells every second how far a load has got.
type progress struct {
	out   io.Writer
	begin time.Time
}

func (p progress) say(format string, args ...any) {
	fmt.Fprintf(p.out, "%6.1f s  %s\n", time.Since(p.begin).Seconds(), fmt.Sprintf(format, args...))
}

// during tells each second what tell returns, until the returned function is called.
func (p progress) during(tell func() string) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var telling sync.WaitGroup
	telling.Go(func() {
		second := time.NewTicker(time.Second)
		defer second.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-second.C:
				p.say("%s", tell())
			}
		}
	})
	return func() { cancel(); telling.Wait() }
}

// telling is how the logins go, second by second.
func (l *Load) telling() func() string {
	before, ended := l.started.Load(), l.ended.Load()
	return func() string {
		started, nowEnded := l.started.Load(), l.ended.Load()
		line := fmt.Sprintf("%d logins came, %d ended, %d under way, %d with errors", started-before, nowEnded-ended, started-nowEnded, l.failed.Load())
		before, ended = started, nowEnded
		return line
	}
}
