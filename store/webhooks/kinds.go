package webhooks

// Kinds of events.
const (
	Created = "webhook.created"
	Changed = "webhook.changed"
	Rotated = "webhook.rotated" // it has another secret
	Deleted = "webhook.deleted"
)
