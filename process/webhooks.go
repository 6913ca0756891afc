package process

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

// webhooks prepares what tells tenants' own systems what happens.
func (p *Process) webhooks() (server.Webhooks, error) {
	o := p.options
	cfg := o.Config.Webhooks
	private, err := cfg.Prefixes()
	if err != nil {
		return server.Webhooks{}, fmt.Errorf("process: webhooks.%w", err)
	}
	roots, err := readRoots(cfg.RootCAFile)
	if err != nil {
		return server.Webhooks{}, fmt.Errorf("process: webhooks.root_ca_file: %w", err)
	}
	store := webhooks.New(p.lasting.DB, o.Random)
	sender := webhook.NewSender(webhook.SenderOptions{Private: private, Roots: roots, Now: o.Now})
	p.open = append(p.open, closing(sender.Close))
	worker := webhook.NewWorker(webhook.Options{
		Queue: store, Sender: sender,
		Open: func(sealed []byte) ([]byte, error) { return o.Keys.Open(sealed, keys.WebhookSecret) },
		Log:  o.Log, Metrics: p.metrics, Random: o.Random,
	})
	return server.Webhooks{Store: store, Worker: worker, Rules: webhook.Rules{Private: private}}, nil
}

// readRoots returns the authorities in the file; nil, the system's, where none is named.
func readRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("holds no certificate")
	}
	return pool, nil
}
