package webhooks

// Kinds of events.
const (
	Created = "webhook.created"
	Changed = "webhook.changed"
	Rotated = "webhook.rotated" // it has another secret
	Deleted = "webhook.deleted"
	Tested  = "webhook.tested"  // a ping was put on its way
	Retried = "webhook.retried" // something is sent again
)
