package factor

import "github.com/jawort/jawort/refusal"

// Refusals of codes. One that is wrong, too old, used, or meant for something else is the same refusal, so that the answer
// tells nothing about the code.
var (
	ErrWrongCode = refusal.New(refusal.Invalid, "wrong-code",
		"The code is wrong, too old or used already. Only the newest one counts.")
	ErrWrongPasskey = refusal.New(refusal.Invalid, "wrong-passkey",
		"This is no answer of a passkey of this account to this question, from a page of this application. Ask for new options and try again.")
	ErrPaused = refusal.New(refusal.TooMany, "method-paused",
		"Too many wrong codes: this method pauses. Wait, or use another one.")
	ErrDisabled = refusal.New(refusal.Conflict, "method-disabled",
		"Too many wrong codes: this method is disabled. Use another one, or ask support.")
	ErrNotActive = refusal.New(refusal.Conflict, "method-not-active",
		"This method is not active for this account. Use another one, or activate it first.")
	ErrNotForTransactions = refusal.New(refusal.Conflict, "not-for-transactions",
		"A transaction is confirmed on a phone, by passkey, or by an SMS that names amount and payee; not by this method.")
	ErrTooManyCodes = refusal.New(refusal.TooMany, "too-many-codes",
		"A code was sent three times already. Use the newest one or another method, or start again.")
	ErrCodeTooSoon = refusal.New(refusal.TooMany, "code-too-soon",
		"A code was sent a moment ago. Wait before asking for another one.")
)

// Refusals of where a code would go.
var (
	ErrNoNumber = refusal.New(refusal.Conflict, "no-number",
		"No mobile number is on record for this account, so no code can be sent by SMS. Use another method, or ask support.")
	ErrNoAddress = refusal.New(refusal.Conflict, "no-address",
		"No e-mail address is on record for this account, so no code can be sent by e-mail. Use another method, or ask support.")
	ErrNumberChanged = refusal.New(refusal.Conflict, "number-changed",
		"The number of this account was changed a short time ago and confirms nothing yet. Use another method, or ask support.")
	ErrAddressChanged = refusal.New(refusal.Conflict, "address-changed",
		"The e-mail address of this account was changed a short time ago and confirms nothing yet. Use another method, or ask support.")
)

// Refusals of activating and removing methods.
var (
	ErrHasMethod = refusal.New(refusal.Forbidden, "has-method",
		"This account has a method already. Confirm with it; others are activated after the login.")
	ErrNoActivation = refusal.New(refusal.Conflict, "no-activation",
		"No activation of this method is under way, or its time is over. Start it again.")
	ErrLastMethod = refusal.New(refusal.Conflict, "last-method",
		"This is the last method of the account. Activate another one first, or reset the account.")
	ErrNoOtherMethod = refusal.New(refusal.Conflict, "no-other-method",
		"Recovery codes stand in for another method, and this account has none. Activate one first.")
	ErrNoRPID = refusal.New(refusal.Conflict, "no-rp-id",
		"This application has no domain for passkeys. Give it one: rp_id in jawort apply.")
	ErrTooManyPasskeys = refusal.New(refusal.Conflict, "too-many-passkeys",
		"This account has ten passkeys. Remove one first.")
	ErrUnknownPasskey = refusal.New(refusal.NotFound, "unknown-passkey",
		"This account has no such passkey.")
	ErrTooManyBypasses = refusal.New(refusal.Conflict, "too-many-bypass-codes",
		"This account has five bypass codes that can still be used. Remove them first.")
)
