package phone

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/url"

	"github.com/fxamacker/cbor/v2"
)

// Authenticator makes and uses the WebAuthn keys. A field that is set takes the place of the truth.
type Authenticator struct {
	Origin     string              // of the page
	RPID       string              // whose hash is signed
	Unverified bool                // leaves the user-verified flag out
	Absent     bool                // leaves the user-present flag out
	Key        *ecdsa.PrivateKey   // signs in place of the credential's
	Credential []byte              // id that is named in place of the credential's
	Type       string              // of the ceremony, in the client data
	Count      uint32              // signature counter; 0: none is kept, as on real phones
	Document   func([]byte) []byte // alters the document that is signed; what is shown stays

	// Attest makes the attestation of a new credential, from its authenticator data and the hash of its client data; nil:
	// none is made.
	Attest func(data, client []byte) (format string, statement map[string]any)
}

const (
	flagPresent  = 1 << 0
	flagVerified = 1 << 2
	flagAttested = 1 << 6

	credentialBytes = 32
)

// publicKeyCredential is the JSON form of WebAuthn Level 3, 5.1.8, for both ceremonies.
type publicKeyCredential struct {
	ID         string            `json:"id"`
	RawID      string            `json:"rawId"`
	Type       string            `json:"type"`
	Attachment string            `json:"authenticatorAttachment"`
	Extensions struct{}          `json:"clientExtensionResults"`
	Response   map[string]string `json:"response"`
}

// create makes a credential that answers a registration's challenge, given as base64url.
func (a Authenticator) create(d device, origin, challenge string) (publicKeyCredential, error) {
	client, err := a.clientData("webauthn.create", challenge, origin)
	if err != nil {
		return publicKeyCredential{}, err
	}
	cose, err := coseKey(&d.Key.PublicKey)
	if err != nil {
		return publicKeyCredential{}, err
	}
	id := a.credential(d)
	data := a.data(d.RPID, flagAttested)
	data = append(data, make([]byte, 16)...) // no AAGUID without attestation
	data = binary.BigEndian.AppendUint16(data, uint16(len(id)))
	data = append(append(data, id...), cose...)
	format, statement := "none", map[string]any{}
	if a.Attest != nil {
		hash := sha256.Sum256(client)
		format, statement = a.Attest(data, hash[:])
	}
	attestation, err := cbor.Marshal(map[string]any{"fmt": format, "attStmt": statement, "authData": data})
	if err != nil {
		return publicKeyCredential{}, fmt.Errorf("phone: attestation: %w", err)
	}
	return inJSON(id, map[string]string{"clientDataJSON": encode(client), "attestationObject": encode(attestation)}), nil
}

// get signs a challenge.
func (a Authenticator) get(random io.Reader, d device, origin string, challenge []byte) (publicKeyCredential, error) {
	client, err := a.clientData("webauthn.get", encode(challenge), origin)
	if err != nil {
		return publicKeyCredential{}, err
	}
	data := a.data(d.RPID, 0)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(data, hash[:]...))
	signer := d.Key.PrivateKey
	if a.Key != nil {
		signer = a.Key
	}
	signature, err := ecdsa.SignASN1(random, signer, digest[:])
	if err != nil {
		return publicKeyCredential{}, fmt.Errorf("phone: sign: %w", err)
	}
	return inJSON(a.credential(d), map[string]string{
		"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature), "userHandle": encode([]byte(d.ID)),
	}), nil
}

func (a Authenticator) credential(d device) []byte {
	if a.Credential != nil {
		return a.Credential
	}
	return d.Credential
}

func (a Authenticator) clientData(ceremony, challenge, origin string) ([]byte, error) {
	b, err := json.Marshal(struct {
		Type        string `json:"type"`
		Challenge   string `json:"challenge"`
		Origin      string `json:"origin"`
		CrossOrigin bool   `json:"crossOrigin"`
	}{or(a.Type, ceremony), challenge, or(a.Origin, origin), false})
	if err != nil {
		return nil, fmt.Errorf("phone: client data: %w", err)
	}
	return b, nil
}

// data is the authenticator data without attested credential.
func (a Authenticator) data(rpID string, flags byte) []byte {
	if !a.Absent {
		flags |= flagPresent
	}
	if !a.Unverified {
		flags |= flagVerified
	}
	hash := sha256.Sum256([]byte(or(a.RPID, rpID)))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.Count)
}

// coseKey encodes an ES256 key as RFC 9053, 7.1.1 has it.
func coseKey(k *ecdsa.PublicKey) ([]byte, error) {
	point, err := k.Bytes()
	if err != nil {
		return nil, fmt.Errorf("phone: public key: %w", err)
	}
	x, y := point[1:33], point[33:]
	mode, err := cbor.CTAP2EncOptions().EncMode()
	if err != nil {
		return nil, fmt.Errorf("phone: public key: %w", err)
	}
	return mode.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: y})
}

func inJSON(id []byte, response map[string]string) publicKeyCredential {
	return publicKeyCredential{ID: encode(id), RawID: encode(id), Type: "public-key", Attachment: "platform", Response: response}
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// originOf is what a page of the server has as its origin.
func originOf(server string) (origin, host string, err error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", "", fmt.Errorf("phone: %w", err)
	}
	return u.Scheme + "://" + u.Host, u.Hostname(), nil
}
