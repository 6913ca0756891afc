package attestation

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-webauthn/webauthn/metadata"
	"github.com/go-webauthn/webauthn/metadata/providers/memory"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/google/uuid"
)

// Makers is the list of a BLOB of the FIDO Metadata Service (version 3).
type Makers struct {
	NextUpdate time.Time // when the service will have a newer one

	provider metadata.Provider
}

// signer is who signs BLOBs. The root is one that signs many others' certificates, too.
const signer = "mds.fidoalliance.org"

var signatures = []jose.SignatureAlgorithm{jose.RS256, jose.ES256}

// OpenMakers reads a file as https://mds3.fidoalliance.org/ hands it out.
func OpenMakers(file string, now time.Time) (*Makers, error) {
	blob, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	der, err := base64.StdEncoding.DecodeString(metadata.ProductionMDSRoot)
	if err != nil {
		return nil, fmt.Errorf("attestation: the service's root: %w", err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("attestation: the service's root: %w", err)
	}
	return ReadMakers(blob, root, now)
}

// ReadMakers reads a BLOB that is signed by the service under this root. It asks nobody on the network, as go-webauthn would
// for revocations: a server must start without.
func ReadMakers(blob []byte, root *x509.Certificate, now time.Time) (*Makers, error) {
	payload, err := verified(string(blob), root, now)
	if err != nil {
		return nil, err
	}
	var list struct {
		NextUpdate string            `json:"nextUpdate"`
		Entries    []json.RawMessage `json:"entries"`
	}
	if err := json.Unmarshal(payload, &list); err != nil {
		return nil, fmt.Errorf("attestation: metadata: %w", err)
	}
	next, err := time.Parse(time.DateOnly, list.NextUpdate)
	if err != nil {
		return nil, fmt.Errorf("attestation: metadata: %w", err)
	}
	provider, err := memory.New(memory.WithMetadata(byAAGUID(list.Entries)), memory.WithValidateEntry(false)) // see maker.known
	if err != nil {
		return nil, fmt.Errorf("attestation: metadata: %w", err)
	}
	return &Makers{NextUpdate: next, provider: provider}, nil
}

// byAAGUID leaves out what cannot be read: who is not on the list is not known, and no reason to know nobody.
func byAAGUID(entries []json.RawMessage) map[uuid.UUID]*metadata.Entry {
	list := map[uuid.UUID]*metadata.Entry{}
	for _, raw := range entries {
		var written metadata.EntryJSON
		if json.Unmarshal(raw, &written) != nil {
			continue
		}
		if entry, err := written.Parse(); err == nil && entry.AaGUID != uuid.Nil {
			list[entry.AaGUID] = &entry
		}
	}
	return list
}

func verified(blob string, root *x509.Certificate, now time.Time) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(blob, signatures)
	if err != nil {
		return nil, fmt.Errorf("attestation: metadata is no signed BLOB: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(root)
	chains, err := signed.Signatures[0].Protected.Certificates(x509.VerifyOptions{
		DNSName: signer, Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return nil, fmt.Errorf("attestation: metadata is not signed by the service: %w", err)
	}
	payload, err := signed.Verify(chains[0][0].PublicKey)
	if err != nil {
		return nil, fmt.Errorf("attestation: signature of the metadata: %w", err)
	}
	return payload, nil
}

// maker is what the list says of one make of authenticators.
type maker struct {
	known    bool
	hardware bool // the key never leaves what it was made in
}

// of looks a make up. An error says that the list speaks against this attestation: another root, a revoked make, a kind of
// attestation that the make has not.
func (m *Makers) of(ctx context.Context, aaguid uuid.UUID, o *protocol.AttestationObject, path []any) (maker, error) {
	if err := protocol.ValidateMetadataWithAuthenticatorData(ctx, m.provider, aaguid, o.Type, o.Format, path, &o.AuthData); err != nil {
		return maker{}, fmt.Errorf("attestation: %w: %s", err, err.DevInfo)
	}
	entry, err := m.provider.GetEntry(ctx, aaguid)
	if err != nil || entry == nil {
		return maker{}, err
	}
	return maker{known: true, hardware: inHardware(entry.MetadataStatement.KeyProtection)}, nil
}

// inHardware reads KEY_PROTECTION of FIDO's registry (3.2).
func inHardware(protection []string) bool {
	kept := func(s string) bool { return s == "hardware" || s == "tee" || s == "secure_element" }
	return slices.ContainsFunc(protection, kept) && !slices.Contains(protection, "software")
}
