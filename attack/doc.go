// Package attack holds the attacks on a whole Jawort that must come to nothing.
//
// It owns what an attacker tries and what that may come to. It knows no part of Jawort from within but the clock and the tables,
// which it reads to see that nothing has changed.
package attack
