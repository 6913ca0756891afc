package process

import (
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/store/factors"
)

// factors confirms by code; what it sends is queued, and paid from the ledger.
func (p *Process) factors() *factors.Store {
	return factors.New(p.lasting.DB, factors.Parts{
		Keys: p.options.Keys, Outcomes: p.lasting, Messages: p.messages, Ledger: p.ledger, Random: p.options.Random,
	})
}

// letters is the queue for invitations; nil where no e-mail can be sent.
func (p *Process) letters() directory.Messages {
	if !p.options.Config.Mail.Used() {
		return nil
	}
	return p.messages
}
