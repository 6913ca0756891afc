// Package attack holds the attacks on a whole Jawort that must come to nothing, or to no more than was computed.
//
// It owns what an attacker tries and what that may come to; docs/attacks.md tells both. It knows no part of Jawort from within but the
// clock and the tables, which it reads to see that nothing has changed. A short form runs with the other tests, a long one by
//
//	go test ./attack -attack.long -attack.json FILE
package attack
