package courier

// Leased is a message that is somebody's to send for a while.
type Leased struct {
	Message
	Attempt    int  // the first is 1; it also tells this lease from another one of the same message
	Unreadable bool // it could not be opened; all but its text and address is there
}

// Upkeep is what was done, and what is left to do.
type Upkeep struct {
	Expired int // messages that were of no use any more
	Waiting int // messages that are queued
}
