// Package factor holds what confirms where no phone answers: one-time codes of an authenticator app (TOTP), codes
// sent by SMS and e-mail, recovery codes and an operator's bypass codes; how wrong ones lock a method; and what a number or an
// address must be like to be sent a code. It does no I/O: time and randomness enter as arguments, and it knows neither
// HTTP nor Redis nor SQL, nor the keys that seal or authenticate what it makes.
//
// Nothing here that is secret prints itself: a key that gets into a log line by mistake shows its name only.
package factor
