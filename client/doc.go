// Package client is what a login service imports to ask people, through Jawort, whether a login or a
// transaction is really theirs. [Client.Approve] does the whole of it: it creates the approval, hands the number
// and the browser's socket to the page, waits for the end, and applies the fail mode. The other methods are the
// calls of the login-facing API, one each.
//
// The package knows the wire and nothing else of Jawort; it needs only the standard library. The browser's own
// side (the websocket) is in package browser below it, checking webhooks in package webhook.
//
// # What may be relied on
//
// Within major version 1 nothing exported here is removed or changes its meaning, answers keep decoding when a
// newer server adds members to them, and no new module is needed to build it. Structs may gain fields: write them with
// field names. The codes in [Error.Code] are part of the promise, the sentences in [Error.Detail] are not.
//
// # When Jawort cannot be reached
//
// By default a login that could not be asked about does not pass. With [Config.FailOpen] it passes where creating
// the approval of a login ended in a refused connection, in no answer for three seconds, or in a 503. Never
// after any other answer, never for a transaction, and never once an approval exists. Each use is logged.
package client
