package local

import (
	"io"
	"net"
	"testing"
)

// greeter tells its name to every connection.
func greeter(t *testing.T, name string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, name)
			_ = c.Close()
		}
	}()
	return l
}

func TestABalancerTakesTurnsAndPassesByWhoIsGone(t *testing.T) {
	t.Parallel()
	b, err := NewBalancer("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	first, second := greeter(t, "a"), greeter(t, "b")
	b.Add(first.Addr().String())
	b.Add(second.Addr().String())
	greeted := func() (all string) {
		for range 4 {
			c, err := net.Dial("tcp", b.Addr())
			if err != nil {
				t.Fatal(err)
			}
			name, _ := io.ReadAll(c)
			c.Close()
			all += string(name)
		}
		return all
	}
	if got := greeted(); got != "abab" {
		t.Errorf("in turn: %q", got)
	}
	first.Close()
	if got := greeted(); got != "bbbb" {
		t.Errorf("one is gone: %q", got)
	}
	b.Remove(second.Addr().String())
	if got := greeted(); got != "" {
		t.Errorf("nobody is left: %q", got)
	}
}
