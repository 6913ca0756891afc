package process

import (
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/messages"
)

// factors confirms by code; what it sends is queued, and paid from the ledger.
func (p *Process) factors() *factors.Store {
	o, d := p.options, p.lasting.DB
	money := &ledger.Store{DB: d, Keys: o.Keys}
	return factors.New(d, factors.Parts{
		Keys: o.Keys, Outcomes: p.lasting, Messages: messages.New(d, o.Keys, money), Ledger: money, Random: o.Random,
	})
}
