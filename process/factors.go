package process

import "github.com/jawort/jawort/store/factors"

// factors confirms by code; what it sends is queued, and paid from the ledger.
func (p *Process) factors() *factors.Store {
	return factors.New(p.lasting.DB, factors.Parts{
		Keys: p.options.Keys, Outcomes: p.lasting, Messages: p.messages, Ledger: p.ledger, Random: p.options.Random,
	})
}
