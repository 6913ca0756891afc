// Package approval holds what an approval is: the document that a phone shows and signs, the challenge
// derived from it, the decisions that a phone may give, the outcomes in which an approval may end, and
// the receipt that proves an outcome offline. It does no I/O and knows neither HTTP nor Redis nor SQL;
// time and randomness enter as arguments.
//
// # Life of an approval
//
//	             ┌─ approve, first and signed ──────────────▶ approved
//	             ├─ deny by every active device, or each
//	             │  device denied or blocked ───────────────▶ denied
//	create ─▶ pending ─ report, first and signed ───────────▶ reported
//	             ├─ the login service takes it back ────────▶ cancelled
//	             ├─ a newer one of the same browser session ▶ superseded
//	             └─ closes_at passes ───────────────────────▶ expired
//
// pending is the only state without an outcome row. Every arrow to the right is one insert of the row
// whose primary key is the approval's id: it wins, or it finds the winner and changes nothing. No arrow
// leaves an outcome. A report that arrives after the end is kept beside the outcome and changes nothing
// of it.
//
// A deny on an account with several active devices is a partial deny: final for that device, and the
// approval stays pending until no active device is left. The third distinct wrong number blocks the
// device in the same way.
package approval
