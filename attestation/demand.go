package attestation

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/google/uuid"

	"github.com/jawort/jawort/refusal"
)

// Demand is what a house wants to be told of the authenticator that keeps a phone's key.
type Demand string

// The demands.
const (
	None     Demand = "none"     // nothing is asked for and nothing looked at
	Any      Demand = "any"      // a maker vouches for it
	Hardware Demand = "hardware" // a maker vouches that the key is kept in hardware
)

// Demands lists them, the least first.
var Demands = []string{string(None), string(Any), string(Hardware)}

// Refusals of a credential. What a person can do about either is to take another phone.
var (
	ErrRequired = refusal.New(refusal.Invalid, "attestation-required",
		"No maker that is known here vouches for where this phone keeps its key. Use another phone or app.")
	ErrHardware = refusal.New(refusal.Invalid, "hardware-key-required",
		"This phone does not keep its key in secured hardware. Use another phone.")
)

// Judge judges attestations. The zero value demands nothing.
type Judge struct {
	demand Demand
	makers *Makers
}

// NewJudge returns a judge with a makers' list; nil: only Apple and Android's keystore are known, and Any believes every
// chain of certificates.
func NewJudge(d Demand, makers *Makers) Judge { return Judge{demand: d, makers: makers} }

// Conveyance is what to ask authenticators for (WebAuthn Level 3, 5.4.7).
func (j Judge) Conveyance() protocol.ConveyancePreference {
	if j.demand == Any || j.demand == Hardware {
		return protocol.PreferDirectAttestation
	}
	return protocol.PreferNoAttestation
}

// formats are those that prove something and are still made.
var formats = []protocol.AttestationFormat{
	protocol.AttestationFormatPacked, protocol.AttestationFormatTPM, protocol.AttestationFormatAndroidKey, protocol.AttestationFormatApple,
}

// Check judges an attestation that has been verified.
func (j Judge) Check(o *protocol.AttestationObject) error {
	if j.demand != Any && j.demand != Hardware {
		return nil
	}
	path, _ := o.AttStatement["x5c"].([]any)
	if !slices.Contains(formats, protocol.AttestationFormat(o.Format)) || len(path) == 0 { // without a path the key vouches for itself
		return ErrRequired.Because(fmt.Errorf("attestation: format %q with %d certificates", o.Format, len(path)))
	}
	m, err := j.makerOf(o, path)
	if err != nil {
		return ErrRequired.Because(err)
	}
	return j.weigh(o, m)
}

func (j Judge) makerOf(o *protocol.AttestationObject, path []any) (maker, error) {
	if j.makers == nil {
		return maker{}, nil
	}
	aaguid, err := uuid.FromBytes(o.AuthData.AttData.AAGUID)
	if err != nil {
		return maker{}, fmt.Errorf("attestation: AAGUID: %w", err)
	}
	return j.makers.of(context.Background(), aaguid, o, path) // it only looks into memory
}

func (j Judge) weigh(o *protocol.AttestationObject, m maker) error {
	switch {
	case ownRoots(o):
		return nil
	case j.makers != nil && !m.known:
		return ErrRequired.Because(fmt.Errorf("attestation: %x is not on the makers' list", o.AuthData.AttData.AAGUID))
	case j.demand == Hardware && !m.hardware:
		return ErrHardware.Because(fmt.Errorf("attestation: no maker says that %x keeps keys in hardware", o.AuthData.AttData.AAGUID))
	}
	return nil
}

// ownRoots reports whether the format's verification ends at roots of the maker's, and means hardware: Apple attests keys of
// the secure enclave only; of Android's keystore only what its trusted environment enforces has been looked at.
func ownRoots(o *protocol.AttestationObject) bool {
	format := protocol.AttestationFormat(o.Format)
	return format == protocol.AttestationFormatApple || format == protocol.AttestationFormatAndroidKey
}
