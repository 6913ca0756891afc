package account

import "github.com/jawort/jawort/approval"

// MatchDigits returns the match that asks a phone for n digits; 0: for none.
func MatchDigits(n int) Match {
	if n == 0 {
		return Match{Kind: approval.MatchNone}
	}
	return Match{Kind: approval.MatchEnter, Digits: n}
}

// Digits returns how many digits of the number the phone must enter; 0: nothing is matched.
func (a Application) Digits() int { return a.Policy.WithDefaults().Match.Digits }
