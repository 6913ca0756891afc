package notice

import (
	"context"
	"errors"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/store/notices"
	"github.com/jawort/jawort/store/outbox"
)

// announce tells an account's people on all their phones and by all channels that they have. Nobody is told of an account that was deleted meanwhile.
func (f Follower) announce(ctx context.Context, e outbox.Event, a announcement) error {
	to, err := confirming.Audience(ctx, f.Directory, e.Tenant, e.Account)
	if errors.Is(err, approval.ErrUnknown) || errors.Is(err, account.ErrUnknownAccount) {
		return nil
	}
	if err != nil {
		return err
	}
	if a.ifHeld != "" && to.Account.HeldUntil(a.ifHeld, e.At).IsZero() {
		return nil
	}
	tenant, err := f.Directory.Tenant(ctx, e.Tenant)
	if err != nil {
		return err
	}
	payer := notices.Payer{Account: confirming.Payer(to), Group: to.Group.ID}
	failed := []error{f.tellPhones(ctx, e, a)}
	for channel, address := range channels(to, a) {
		m, err := f.message(e, channel, address)
		if err == nil {
			m.Subject, m.Text = write(tenant, to.Account, channel, a)
			err = f.post(ctx, m, payer)
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// channels returns where an announcement goes. The number has to take SMS; whether the account gets codes by SMS is another question.
func channels(to account.Audience, a announcement) map[courier.Channel]string {
	all := map[courier.Channel]string{courier.SMS: to.Account.Phone, courier.Email: to.Account.Email}
	for channel, address := range a.instead {
		all[channel] = address
	}
	delete(all, a.but)
	if _, err := factor.ParseMobile("phone", all[courier.SMS], ""); err != nil {
		all[courier.SMS] = ""
	}
	for channel, address := range all {
		if address == "" {
			delete(all, channel)
		}
	}
	return all
}

func write(tenant account.Tenant, to account.Account, c courier.Channel, a announcement) (subject, text string) {
	language := to.Language
	if language == "" {
		language = tenant.Policy.WithDefaults().Language
	}
	v := courier.Values{Tenant: tenant.Name, When: tenant.Policy.Local(a.when), Contact: tenant.Policy.Support.In(language)}
	return courier.Render(language, c, a.occasion, v.About(language, a.occasion, a.fact))
}
