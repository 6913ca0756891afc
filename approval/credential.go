package approval

import "time"

// Credential is the WebAuthn credential of a device: what a decision is verified against, and what a receipt
// carries as the signer.
type Credential struct {
	ID             []byte    // as the authenticator chose it
	Device         string    // the user handle
	PublicKey      []byte    // COSE_Key
	SignCount      uint32    // 0 where the authenticator keeps none
	BackupEligible bool      // fixed at registration; a change is refused
	AAGUID         []byte    // of the authenticator's model
	Attestation    string    // format of the attestation statement
	EnrolledAt     time.Time // when it became active
}
