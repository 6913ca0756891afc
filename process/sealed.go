package process

import (
	"slices"

	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/messages"
	"github.com/jawort/jawort/store/sealed"
	"github.com/jawort/jawort/store/webhooks"
)

// Sealed are all columns of the database that hold sealed bytes.
func Sealed() []sealed.Column {
	return slices.Concat(lasting.Sealed, factors.Sealed, messages.Sealed, webhooks.Sealed)
}
