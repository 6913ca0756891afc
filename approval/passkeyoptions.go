package approval

import (
	"encoding/base64"

	"github.com/go-webauthn/webauthn/protocol"
)

// CreationOptions is WebAuthn's PublicKeyCredentialCreationOptionsJSON (Level 3, 5.1.8), with which a page makes a passkey.
type CreationOptions struct {
	RP                     PasskeyParty                   `json:"rp"`
	User                   PasskeyUser                    `json:"user"`
	Challenge              string                         `json:"challenge"`
	PubKeyCredParams       []protocol.CredentialParameter `json:"pubKeyCredParams"`
	ExcludeCredentials     []Descriptor                   `json:"excludeCredentials"`
	AuthenticatorSelection AuthenticatorSelection         `json:"authenticatorSelection"`
	Attestation            string                         `json:"attestation"`
}

// RequestOptions is WebAuthn's PublicKeyCredentialRequestOptionsJSON, with which a page asks for an answer of a passkey.
type RequestOptions struct {
	RPID             string       `json:"rpId"`
	Challenge        string       `json:"challenge"`
	AllowCredentials []Descriptor `json:"allowCredentials"`
	UserVerification string       `json:"userVerification"`
}

// PasskeyParty is whom a passkey is for.
type PasskeyParty struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// PasskeyUser is whose a passkey is. The id is the account's, encoded: random, and of no meaning to anybody else.
type PasskeyUser struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

// AuthenticatorSelection says which authenticators may be used: any that verifies its user, rather one that finds the passkey by itself.
type AuthenticatorSelection struct {
	UserVerification string `json:"userVerification"`
	ResidentKey      string `json:"residentKey"`
}

// Descriptor names a credential.
type Descriptor struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// CreationOptions returns those for a passkey of an account, which its owner sees by its label.
func (rp *RelyingParty) CreationOptions(account, label string, challenge []byte, exclude [][]byte) CreationOptions {
	return CreationOptions{
		RP:                     PasskeyParty{rp.id, rp.webauthn.Config.RPDisplayName},
		User:                   PasskeyUser{encoded([]byte(account)), label, label},
		Challenge:              encoded(challenge),
		PubKeyCredParams:       PasskeyAlgorithms(),
		ExcludeCredentials:     descriptors(exclude),
		AuthenticatorSelection: AuthenticatorSelection{UserVerification: "required", ResidentKey: "preferred"},
		Attestation:            "none",
	}
}

// RequestOptions returns those for the approve of a document by one of the credentials.
func (rp *RelyingParty) RequestOptions(document []byte, allow [][]byte) RequestOptions {
	challenge := PasskeyChallenge(document)
	return RequestOptions{rp.id, encoded(challenge[:]), descriptors(allow), "required"}
}

// OwnRequestOptions returns those for an answer to a challenge of our own by one of the credentials; none: by any that the authenticator finds.
func (rp *RelyingParty) OwnRequestOptions(challenge []byte, allow [][]byte) RequestOptions {
	return RequestOptions{rp.id, encoded(challenge), descriptors(allow), "required"}
}

func descriptors(ids [][]byte) []Descriptor {
	all := make([]Descriptor, len(ids))
	for i, id := range ids {
		all[i] = Descriptor{string(protocol.PublicKeyCredentialType), encoded(id)}
	}
	return all
}

func encoded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
