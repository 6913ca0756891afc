package process

import (
	"context"
	"fmt"

	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/locale"
	"github.com/jawort/jawort/pushgw"
)

func (p *Process) preparePushGW(ctx context.Context) error {
	o := p.options
	providers, err := pushgw.OpenProviders(ctx, o.Config.PushGW, o.Keys, o.Now)
	if err != nil {
		return fmt.Errorf("process: pushgw.%w", err)
	}
	p.open = append(p.open, closing(providers.Close))
	consumer, err := id.New(o.Random, "pgw_") // a new one each start: what an old one held is reclaimed
	if err != nil {
		return err
	}
	gateway := pushgw.New(pushgw.Options{
		Queue: p.live.Queue(consumer), Approvals: p.live, Notices: p.lasting, Addresses: p.lasting,
		Open:      func(sealed []byte) ([]byte, error) { return o.Keys.Open(sealed, keys.PushAddress) },
		Texts:     func(language, key string) string { return locale.Text(language, key) },
		Providers: providers, Concurrency: o.Config.PushGW.Concurrency,
		Log: o.Log, Metrics: p.metrics, Now: o.Now, Random: o.Random,
	})
	p.faces = append(p.faces, gateway.Run)
	return p.prepareSenders()
}

// closing makes a closer of a function that cannot fail.
type closing func()

func (c closing) Close() error {
	c()
	return nil
}
