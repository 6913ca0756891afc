package process

import (
	"fmt"
	"net/url"

	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
)

// factors confirms by code; what it sends is queued, and paid from the ledger.
func (p *Process) factors() *factors.Store {
	return factors.New(p.lasting.DB, factors.Parts{
		Keys: p.options.Keys, Outcomes: p.lasting, Messages: p.messages, Ledger: p.ledger, Random: p.options.Random, NoSender: p.noSender(),
	})
}

// letters is the queue for invitations; nil where no e-mail can be sent.
func (p *Process) letters() directory.Messages {
	if !p.options.Config.Mail.Used() {
		return nil
	}
	return p.messages
}

// proofs are the codes of enrolments, which are typed into the app of the phone API.
func (p *Process) proofs() (lasting.Prover, error) {
	phones, err := url.Parse(p.options.Config.MobileAPI.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("process: mobile_api.public_url: %w", err)
	}
	return factors.Proofs{Store: p.factors(), Host: phones.Hostname()}, nil
}
