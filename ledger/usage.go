package ledger

import "time"

// Usage is what the messages of one account cost that one payer pays for, in one quarter. Only what is settled is
// counted. Late is the part of it that was settled after the quarter had been exported, and so is in no bill that was
// made of the export.
type Usage struct {
	Payer, PayerLogin     string // id, and the login number by which the tenant knows it
	Account, AccountLogin string
	Currency              Currency
	Messages              int64
	Amount                Amount
	LateMessages          int64
	LateAmount            Amount
}

// Total is the sum of all usage in one currency.
type Total struct {
	Currency     Currency
	Messages     int64
	Amount       Amount
	LateMessages int64
	LateAmount   Amount
	Reserved     int64 // messages that are under way, whose cost is not known yet
}

// UsageFilter picks usage. Empty fields pick all.
type UsageFilter struct {
	Quarter Quarter
	Payer   string // login number
	Account string // login number
	After   UsageKey
	Limit   int
}

// UsageKey says where a page of usage ended.
type UsageKey struct {
	Payer, Account string // ids
	Currency       Currency
}

// Key returns where the usage stands among the others.
func (u Usage) Key() UsageKey { return UsageKey{u.Payer, u.Account, u.Currency} }

// Export says when a quarter was closed by its export; the zero time: not yet.
type Export struct {
	Quarter Quarter
	At      time.Time
}
