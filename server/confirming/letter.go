package confirming

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
)

// People are the accounts with all that policy needs.
type People interface {
	ExternalID(ctx context.Context, account string) (string, error)
	Audience(ctx context.Context, tenant, externalID string, by lasting.Approach) (account.Audience, error)
}

// Audience returns the account of an approval. approval.ErrUnknown: it was deleted meanwhile.
func Audience(ctx context.Context, people People, tenant, accountID string) (account.Audience, error) {
	name, err := people.ExternalID(ctx, accountID)
	if err != nil {
		return account.Audience{}, err
	}
	found, err := people.Audience(ctx, tenant, name, lasting.Approach{})
	if errors.Is(err, account.ErrUnknownAccount) || (err == nil && found.Account.ID != accountID) {
		err = approval.ErrUnknown.Because(account.ErrUnknownAccount)
	}
	return found, err
}

// Words are what a message with a code says beside the code.
type Words struct {
	Occasion courier.Occasion
	Host     string // of the page that the code is typed into
	Amount   string
	Payee    string
}

// Letter returns how a code gets to the account: by the words of the application, at the cost of whom the group says.
func Letter(to account.Audience, application account.Application, m approval.Method, w Words) factors.Letter {
	life := application.Policy.CodeLife()
	return factors.Letter{
		Life: life, Group: to.Group.ID, Payer: Payer(to), Ways: Ways(to, application),
		Write: func(language, code string) (subject, text string, err error) {
			if language == "" {
				language = application.TenantPolicy.WithDefaults().Language
			}
			subject, text = courier.Render(language, courier.Channel(m), w.Occasion, courier.Values{
				Tenant: application.TenantName, Application: application.Name, Code: code, Host: w.Host,
				Minutes: int(life / time.Minute), Amount: w.Amount, Payee: w.Payee, Contact: application.TenantPolicy.Support.In(language),
			})
			if text == "" {
				return "", "", fmt.Errorf("confirming: no text for %s by %s", w.Occasion, m)
			}
			return subject, text, nil
		},
	}
}

// Ways returns how policy lets the account confirm at the application.
func Ways(a account.Audience, application account.Application) factors.Ways {
	return factors.Ways{Allowed: account.Working(application.Policy, a.Group.Policy, a.Account), RPID: application.RPID}
}

// Payer returns the id of who pays for an SMS to the account.
func Payer(a account.Audience) string {
	if a.Group.Policy.WithDefaults().SMS.Payer == account.PayerManager && a.Account.Manager != "" {
		return a.Account.Manager
	}
	return a.Account.ID
}

// Host returns the host of the page that a code is typed into: the one that asks, or the application's first.
func Host(r *http.Request, application account.Application) string {
	origin := r.Header.Get("Origin")
	if origin == "" && len(application.Origins) > 0 {
		origin = application.Origins[0]
	}
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
