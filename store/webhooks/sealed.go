package webhooks

import (
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/sealed"
)

// Sealed are the columns of this room that hold sealed bytes.
var Sealed = []sealed.Column{{Table: "webhook_secrets", Name: "sealed", Key: []string{"endpoint", "number"}, Purpose: sealed.Always(keys.WebhookSecret)}}
