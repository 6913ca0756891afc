package ledger

// State is how far a message has got, in the words of the queue.
type State string

// The states.
const (
	Queued      State = "queued"
	Sent        State = "sent"
	Failed      State = "failed"
	Expired     State = "expired"
	Delivered   State = "delivered"
	Undelivered State = "undelivered"
)

// Taken reports whether a carrier took the message, and so whether it costs.
func (s State) Taken() bool { return s == Sent || s == Delivered || s == Undelivered }
