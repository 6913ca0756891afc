package approval

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/refusal"
)

// ReceiptType is the `typ` of a receipt's header.
const ReceiptType = "jawort-receipt+jws"

// receiptVersion is the `v` of the receipts that this code writes and reads.
const receiptVersion = 1

// ErrReceipt is what every receipt that does not hold is wrapped in.
var ErrReceipt = errors.New("the receipt does not hold")

// ErrNoReceipt is the refusal where nobody signed, so that there is nothing to prove.
var ErrNoReceipt = refusal.New(refusal.NotFound, "no-receipt",
	"There is no receipt: the approval is pending, or it ended without a signed decision.")

// Bytes is a byte string that JSON shows as base64url without padding.
type Bytes []byte

// MarshalText implements encoding.TextMarshaler.
func (b Bytes) MarshalText() ([]byte, error) {
	return []byte(base64.RawURLEncoding.EncodeToString(b)), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Bytes) UnmarshalText(text []byte) error {
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(string(text))
	if err != nil {
		return err
	}
	*b = decoded
	return nil
}

// Receipt is the evidence of a signed outcome. It proves which key signed what; who held the phone is what the
// enrolment said.
type Receipt struct {
	V           int               `json:"v"`
	Approval    string            `json:"approval"`
	Tenant      string            `json:"tenant"`
	Application string            `json:"application"`
	Account     string            `json:"account"`
	Status      Status            `json:"status"`
	Method      Method            `json:"method,omitempty"`
	Decision    Decision          `json:"decision"`
	Number      string            `json:"number"`
	Document    Bytes             `json:"document"`
	Device      string            `json:"device"` // the id of the passkey where the method is passkey
	Label       string            `json:"label"`
	Holder      string            `json:"holder"`
	Credential  ReceiptCredential `json:"credential"`
	Assertion   ReceiptAssertion  `json:"assertion"`
	DecidedAt   time.Time         `json:"decided_at"`
}

// ReceiptCredential is the key that signed and what is known of its enrolment.
type ReceiptCredential struct {
	ID             Bytes     `json:"id"`
	PublicKey      Bytes     `json:"public_key"` // COSE_Key
	BackupEligible bool      `json:"backup_eligible"`
	AAGUID         Bytes     `json:"aaguid"`
	Attestation    string    `json:"attestation"`
	EnrolledAt     time.Time `json:"enrolled_at"`
}

// ReceiptAssertion is what the authenticator signed.
type ReceiptAssertion struct {
	AuthenticatorData Bytes `json:"authenticator_data"`
	ClientDataJSON    Bytes `json:"client_data_json"`
	Signature         Bytes `json:"signature"`
}

// NewReceipt returns the evidence of an outcome; ErrNoReceipt where nobody signed it. Nobody signed a denial by wrong
// numbers either: what the last device signed is an approve.
func NewReceipt(o Outcome) (Receipt, error) {
	if o.Signer == nil || o.Assertion == nil || o.Status != o.Decision.Status() {
		return Receipt{}, ErrNoReceipt
	}
	return Receipt{
		V: receiptVersion, Approval: o.Approval, Tenant: o.Tenant, Application: o.Application, Account: o.Account,
		Status: o.Status, Method: o.Method, Decision: o.Decision, Number: o.Number, Document: o.Document,
		Device: o.Device, Label: o.Label, Holder: o.Holder,
		Credential: ReceiptCredential{
			ID: o.Signer.ID, PublicKey: o.Signer.PublicKey, BackupEligible: o.Signer.BackupEligible,
			AAGUID: o.Signer.AAGUID, Attestation: o.Signer.Attestation, EnrolledAt: o.Signer.EnrolledAt.UTC(),
		},
		Assertion: ReceiptAssertion{
			AuthenticatorData: o.Assertion.AuthenticatorData,
			ClientDataJSON:    o.Assertion.ClientDataJSON,
			Signature:         o.Assertion.Signature,
		},
		DecidedAt: o.DecidedAt.UTC(),
	}, nil
}

// Sign returns the receipt as a compact JWS (RFC 7515) under an ES256 key that has an id.
func (r Receipt) Sign(key jose.JSONWebKey) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key},
		(&jose.SignerOptions{}).WithType(ReceiptType))
	if err != nil {
		return "", fmt.Errorf("approval: receipt signer: %w", err)
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("approval: encode receipt: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("approval: sign receipt: %w", err)
	}
	return signed.CompactSerialize()
}

// VerifyReceipt checks a receipt without any network: that one of the published keys signed it, that the
// credential in it signed this decision over this document for the relying party (of the phones, or of the application where
// a passkey signed) with user verification, and that the outcome it states follows from them. Everything wrong is ErrReceipt.
func VerifyReceipt(compact string, published jose.JSONWebKeySet, rp *RelyingParty) (Receipt, error) {
	payload, err := openReceipt(compact, published)
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	var r Receipt
	if err := json.Unmarshal(payload, &r); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	if err := r.verify(rp); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return r, nil
}

func openReceipt(compact string, published jose.JSONWebKeySet) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return nil, err
	}
	header := jws.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != ReceiptType {
		return nil, errors.New("not a receipt: typ is another")
	}
	keys := published.Key(header.KeyID)
	if len(keys) != 1 {
		return nil, fmt.Errorf("key %q is not among those published", header.KeyID)
	}
	return jws.Verify(keys[0])
}

func (r Receipt) verify(rp *RelyingParty) error {
	if r.V != receiptVersion {
		return fmt.Errorf("receipt version %d is not known", r.V)
	}
	document, err := ParseDocument(r.Document)
	if err != nil {
		return err
	}
	if document.ID != r.Approval {
		return errors.New("the document is of another approval")
	}
	assertion, signer := r.evidence()
	if r.Method == MethodPasskey {
		if r.Decision != Approve || r.Status != StatusApproved || r.Number != "" {
			return errors.New("a passkey signs nothing but an approve without a number")
		}
		return rp.VerifyPasskey(assertion, signer, r.Account, r.Document)
	}
	if r.Status != r.Decision.Status() || r.Method != r.Decision.Method() {
		return errors.New("the outcome does not follow from the decision")
	}
	if r.Decision == Approve && document.Match.Kind == MatchEnter && len(r.Number) != document.Match.Digits {
		return errors.New("the number has another length than the document asks for")
	}
	return rp.Verify(assertion, signer, r.Decision, r.Number, r.Document)
}

func (r Receipt) evidence() (*Assertion, Credential) {
	return &Assertion{
			CredentialID:      r.Credential.ID,
			AuthenticatorData: r.Assertion.AuthenticatorData,
			ClientDataJSON:    r.Assertion.ClientDataJSON,
			Signature:         r.Assertion.Signature,
		}, Credential{
			ID: r.Credential.ID, Device: r.Device, PublicKey: r.Credential.PublicKey,
			BackupEligible: r.Credential.BackupEligible, AAGUID: r.Credential.AAGUID,
		}
}
