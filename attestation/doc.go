// Package attestation judges by what an authenticator's maker vouches for whether a phone's key is kept as a house
// demands.
//
// It owns the demand and the makers' list, a BLOB of the FIDO Metadata Service. That a statement is true to its format and
// signed over this very credential was verified before, by go-webauthn; the roots of Apple and of Android's keystore are
// in there, too. The package knows nothing of enrolments.
package attestation
