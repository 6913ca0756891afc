// Package mobileapi is the face that Jawort shows to phones: enrolment, pending approvals, decisions, what has
// happened to its accounts, and what an installation says about itself. It verifies who asks (a DPoP proof, and after enrolment the installation's
// token) and what was signed (WebAuthn), and hands verified decisions to the lasting store.
//
// Until token, account and assertion hold, every failure but a nonce that is not fresh is the same 401, so that
// nobody learns which part was wrong. Unknown fields of a body are ignored: newer apps meet older servers.
//
// The package does not know login services, browsers or push providers, nor which engines stand behind the stores.
package mobileapi
