package process

import (
	"github.com/jawort/jawort/figures"
	"github.com/jawort/jawort/id"
)

// reporter adds what this process counts to the figures of the installation.
func (p *Process) reporter() (*figures.Reporter, error) {
	name, err := id.New(p.options.Random, id.Process)
	if err != nil {
		return nil, err
	}
	return &figures.Reporter{
		Process: name, Metrics: p.metrics, Store: p.live, Now: p.options.Now, Tick: p.options.Tick, Log: p.options.Log,
	}, nil
}
