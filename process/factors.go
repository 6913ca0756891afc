package process

import (
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/messages"
)

// factors confirms by code; what it sends is queued, and paid from the ledger.
func (p *Process) factors() *factors.Store {
	o, d := p.options, p.lasting.DB
	return factors.New(d, factors.Parts{
		Keys: o.Keys, Outcomes: p.lasting, Messages: p.messages(), Ledger: &ledger.Store{DB: d, Keys: o.Keys}, Random: o.Random,
	})
}

// messages is the queue to people.
func (p *Process) messages() *messages.Store {
	d, keys := p.lasting.DB, p.options.Keys
	return messages.New(d, keys, &ledger.Store{DB: d, Keys: keys})
}

// letters is the queue for invitations; nil where no e-mail can be sent.
func (p *Process) letters() directory.Messages {
	if !p.options.Config.Mail.Used() {
		return nil
	}
	return p.messages()
}
