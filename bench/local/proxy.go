package local

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/rs/zerolog"
)

// Proxy stands between Jawort and something that it needs, and disturbs what passes.
type Proxy struct{ proxy *toxiproxy.Proxy }

func newProxy(name, upstream string) (*Proxy, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := &Proxy{toxiproxy.NewProxy(server, name, "127.0.0.1:0", upstream)}
	return p, p.Mend()
}

// Addr is where it listens.
func (p *Proxy) Addr() string { return p.proxy.Listen }

// Cut ends all connections and takes no new ones.
func (p *Proxy) Cut() { p.proxy.Stop() }

// Mend takes connections again.
func (p *Proxy) Mend() error {
	if err := p.proxy.Start(); err != nil {
		return fmt.Errorf("local: proxy: %w", err)
	}
	return nil
}

// Disturb adds a toxic of this kind to what comes from upstream; Calm takes it away.
func (p *Proxy) Disturb(kind string, attributes map[string]int) error {
	b, err := json.Marshal(map[string]any{"name": kind, "type": kind, "attributes": attributes})
	if err != nil {
		return fmt.Errorf("local: proxy: %w", err)
	}
	if _, err := p.proxy.Toxics.AddToxicJson(bytes.NewReader(b)); err != nil {
		return fmt.Errorf("local: proxy: %w", err)
	}
	return nil
}

// Calm takes a toxic away.
func (p *Proxy) Calm(ctx context.Context, kind string) error {
	if err := p.proxy.Toxics.RemoveToxic(ctx, kind); err != nil {
		return fmt.Errorf("local: proxy: %w", err)
	}
	return nil
}

// Deaf is the toxic that lets no message of a Redis subscription through: who published it was told that it went out.
const Deaf = "deaf"

func init() { toxics.Register(Deaf, new(deaf)) }

type deaf struct{}

// message begins what a subscriber is sent of a published message, in RESP2 and RESP3 alike after the first byte.
var message = []byte("3\r\n$7\r\nmessage\r\n")

// Pipe drops chunks that are messages. A connection to Redis carries either messages or answers.
func (deaf) Pipe(stub *toxics.ToxicStub) {
	for {
		select {
		case <-stub.Interrupt:
			return
		case c := <-stub.Input:
			if c == nil {
				stub.Close()
				return
			}
			if len(c.Data) < 1 || !bytes.HasPrefix(c.Data[1:], message) {
				stub.Output <- c
			}
		}
	}
}
