package pgserver

import (
	"bufio"
	"io"
	"strings"
	"sync"
)

// tail follows the server's log until its end.
type tail struct {
	ready chan bool // true once the server accepts connections, false when it ends before
	ended chan struct{}

	mu   sync.Mutex
	last []string
}

const kept = 20

func follow(out io.Reader) *tail {
	t := &tail{ready: make(chan bool, 1), ended: make(chan struct{})}
	go t.read(out)
	return t
}

func (t *tail) read(out io.Reader) {
	defer close(t.ended)
	defer close(t.ready)
	told := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		t.keep(lines.Text())
		if !told && ready(lines.Text()) {
			told = true
			t.ready <- true
		}
	}
}

func (t *tail) keep(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, line)
	t.last = t.last[max(0, len(t.last)-kept):]
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.last, "\n")
}

// ready says that the server takes connections; a standby takes them for reading only.
func ready(line string) bool {
	return strings.HasSuffix(line, "ready to accept connections") || strings.HasSuffix(line, "ready to accept read-only connections")
}
