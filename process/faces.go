package process

import (
	"context"

	"github.com/jawort/jawort/approval"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/keys"
	mobileapi "github.com/jawort/jawort/mobile-api"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/notices"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/organisation"
	"github.com/jawort/jawort/store/outbox"
)

func (p *Process) prepareServer(ctx context.Context) error {
	o := p.options
	if err := p.warnNoSender(ctx); err != nil {
		return err
	}
	webhooks, err := p.webhooks()
	if err != nil {
		return err
	}
	smsReceipts, err := p.smsReceipts()
	if err != nil {
		return err
	}
	countries, err := p.countries()
	if err != nil {
		return err
	}
	log, factors := audit.New(p.lasting.DB, o.Random), p.factors()
	s, err := server.New(server.Options{
		Live: p.live, Lasting: p.lasting, Factors: factors, Events: &outbox.Store{DB: p.lasting.DB}, Keys: o.Keys, Receipts: receipts{o.Keys}, Wakeups: p.wakeups,
		Audit: log, SignHead: receipts{o.Keys}.SignHead, Webhooks: webhooks, Ledger: p.ledger, Operators: &operators.Store{DB: p.lasting.DB},
		Organisation: &organisation.Store{Lasting: p.lasting, SMS: p.ledger, Random: o.Random}, SMSReceipts: smsReceipts,
		Also: directory.Also{
			Methods: factors, Erase: []lasting.Ending{audit.Erase, p.messages.Erase, p.ledger.Erase}, Retained: []directory.Retained{log, p.ledger},
			Export: map[string]directory.Dossier{
				"confirmation": factors.Dossier, "messages": p.messages.Dossier, "sms": p.ledger.Dossier, "audit": log.Dossier,
			},
			EraseDevice: []lasting.DeviceEnding{audit.EraseDevice}, ExportDevice: map[string]directory.DeviceDossier{"audit": log.DeviceDossier},
		},
		Codes: p.messages, Messages: p.letters(), Notices: &notices.Store{DB: p.lasting.DB, Messages: p.messages, Ledger: p.ledger}, Channels: p.channels(), NoSender: p.noSender(),
		Countries: countries,
		PublicURL: o.Config.Server.PublicURL, EnrolURL: o.Config.MobileAPI.PublicURL,
		Edge: p.edge("server"), Now: o.Now, Random: o.Random, Tick: o.Tick,
	})
	if err != nil {
		return err
	}
	p.faces = append(p.faces, s.Run)
	return p.face("server.listen", o.Listeners.Server, p.limited(o.Config.ServerListen()), &p.addrs.Server, s)
}

func (p *Process) prepareMobileAPI(ctx context.Context) error {
	o := p.options
	cfg := o.Config.MobileAPI
	party, err := approval.NewRelyingParty(cfg.RPID, "Jawort", cfg.Origins)
	if err != nil {
		return err
	}
	judge, err := p.attestation(ctx, cfg.Requirements)
	if err != nil {
		return err
	}
	vapid, _ := o.Keys.VAPID()
	api, err := mobileapi.New(mobileapi.Options{
		Live: p.live, Lasting: p.lasting, Wakeups: p.wakeups, Keys: o.Keys, RelyingParty: party,
		Requirements: cfg.PhoneRequirements(), Attestation: judge, PublicURL: cfg.PublicURL, WebPushKey: vapid,
		Associations: mobileapi.Associations{Android: androidApps(cfg.AndroidApps), Apple: cfg.IOSApps},
		Edge:         p.edge("mobile-api"), Now: o.Now, Random: o.Random,
	})
	if err != nil {
		return err
	}
	return p.face("mobile_api.listen", o.Listeners.MobileAPI, p.limited(o.Config.MobileAPIListen()), &p.addrs.MobileAPI, api)
}

func (p *Process) prepareAdmin(context.Context) error {
	return p.face("admin.listen", p.options.Listeners.Admin, p.options.Config.AdminListen(), &p.addrs.Admin, edge.AdminHandler(p.metrics, p.ready))
}

// limited limits the connections of each source.
func (p *Process) limited(l edge.Listen) edge.Listen {
	l.Sources = p.sources
	return l
}

func (p *Process) edge(service string) edge.Options {
	o := p.options
	return edge.Options{Service: service, Log: o.Log, Metrics: p.metrics, Random: o.Random, Now: o.Now, Sources: p.sources}
}

// receipts signs with the installation's receipt key.
type receipts struct{ keys *keys.Set }

func (r receipts) Sign(o approval.Outcome) (string, error) {
	receipt, err := approval.NewReceipt(o)
	if err != nil {
		return "", err
	}
	return receipt.Sign(r.keys.Receipt())
}

// SignHead signs where an audit log ends.
func (r receipts) SignHead(h domain.Head) (string, error) { return h.Sign(r.keys.Receipt()) }

func androidApps(configured []config.AndroidApp) []mobileapi.AndroidApp {
	var apps []mobileapi.AndroidApp
	for _, a := range configured {
		apps = append(apps, mobileapi.AndroidApp{Package: a.Package, Fingerprints: a.Fingerprints})
	}
	return apps
}
