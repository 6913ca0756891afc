package demo

import (
	"context"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// newEnrolment lets everybody here register phones for a login, without asking those who did before.
func newEnrolment(login string) client.NewEnrolment {
	return client.NewEnrolment{Account: login, Authorize: client.ByOperator, Reason: "Demo"}
}

// give registers a phone that nobody keeps.
func give(ctx context.Context, c *client.Client, to customer) error {
	e, err := c.Enrol(ctx, newEnrolment(to.login))
	if err != nil {
		return err
	}
	digits, err := phone.New(phone.Options{}).Enrol(ctx, e.Link, to.holder, to.holder+"'s phone", nil)
	if err != nil {
		return err
	}
	_, err = c.ConfirmEnrolment(ctx, e.ID, digits)
	return err
}
