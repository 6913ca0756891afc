// Package ledger is what SMS cost: prices by where a number leads, the quarter in which a message counts, what a tenant
// allows itself to spend, and how often a number, its neighbours, an account and an application may be sent to.
//
// It decides and never keeps: package store/ledger counts. It knows neither HTTP nor SQL, sends nothing, and does not
// know who pays: a reservation says so.
//
// # Money
//
// An amount is a whole number of ten-thousandths of the currency's unit. There is no floating point on the way from a
// price to a bill, and nothing is rounded.
//
// # Budgets and pumping
//
// A budget stops what would exceed it, and says so beforehand: no message is refused by a budget that has not warned.
// Who has no method but SMS is let through a full budget until an alarm was raised and Grace is over, because a bill is
// mended more easily than a person who is locked out. A notice of what happened to an account is charged and counted but never
// stopped, unless the budget is zero: else whoever asks for codes could silence the warning. Pumping (messages sent only because somebody earns by their
// delivery) is slowed by rates that no budget and no only method lifts.
package ledger
