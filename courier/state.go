package courier

// State says how far a message got.
type State string

// The states. A message begins as queued; sent, failed and expired end its way through the queue, and only of a sent one
// can be learnt that it was delivered or was not.
const (
	Queued      State = "queued"
	Sent        State = "sent"        // the provider has taken it
	Failed      State = "failed"      // it will never be taken
	Expired     State = "expired"     // it was of no use any more before it was taken
	Delivered   State = "delivered"   // the provider says that the person has it
	Undelivered State = "undelivered" // the provider says that the person will not get it
)

// Taken reports whether a provider took the message, and so whether it costs.
func (s State) Taken() bool { return s == Sent || s == Delivered || s == Undelivered }

// Receipt is what a provider says, later, about a message that it took.
type Receipt struct {
	Provider  string // the name of the sender that handed it over
	Reference string // the provider's, as Send returned it
	State     State  // Delivered or Undelivered
	Reason    string // a word of the provider's protocol; may be empty
}
