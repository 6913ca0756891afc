// Package phone is a simulated phone. It speaks the phone API as docs/phone-protocol.md describes it and knows
// nothing else of Jawort: it imports none of its packages, so that it checks the protocol from outside.
//
// A [Phone] is one installation per server, with its own DPoP key, and any number of devices, each with its own
// WebAuthn key. [Terminal] puts it before a person. Demo, load generator and tests drive it directly; the fields of
// [Authenticator] and [Prover] make it lie where a test wants to see the server refuse.
package phone
