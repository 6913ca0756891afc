// Package dispatch delivers the messages that are queued: it leases them, hands each to the sender of its channel, and marks what became
// of it.
//
// A message is delivered at least once. Its lease outlasts an attempt; what a process left behind when it died is leased by the next one
// when the lease has run out, so that a message may arrive twice but is never forgotten and has one row. When the order to stop comes,
// attempts under way get a moment to finish: one that is cut off may have been taken.
//
// Each channel has attempts and a circuit breaker of its own. While a breaker is open nothing is leased, so that a process whose way to the
// provider is broken leaves the messages to others.
//
// The package knows neither what a message says nor how its provider is spoken to. It does not know the store either; it declares what it
// needs of it.
package dispatch
