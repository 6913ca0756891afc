package attestation_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/jawort/jawort/attestation"
)

func TestRealAttestationsAreJudgedByWhatTheirMakersVouchFor(t *testing.T) {
	t.Parallel()
	atThatTime(t, judgeSamples)
}

func judgeSamples(t *testing.T) {
	feitian, tpm := sample(t, "packed"), sample(t, "tpm")
	none, self := sample(t, "packed"), sample(t, "packed-self")
	none.Format, none.AttStatement = "none", nil
	older := sample(t, "packed")
	older.Format = "fido-u2f"
	listed := makers(t,
		entry(makeOf(t, feitian), "basic_full", rootOf(feitian), "FIDO_CERTIFIED_L1", "hardware", "secure_element"),
		entry(makeOf(t, tpm), "attca", rootOf(tpm), "NOT_FIDO_CERTIFIED", "hardware"),
		entry(makeOf(t, self), "basic_surrogate", rootOf(tpm), "NOT_FIDO_CERTIFIED", "hardware"))
	inSoftware := makers(t,
		entry(makeOf(t, feitian), "basic_full", rootOf(feitian), "FIDO_CERTIFIED_L1", "software"),
		entry(makeOf(t, tpm), "attca", rootOf(tpm), "NOT_FIDO_CERTIFIED", "software", "tee"))
	revoked := makers(t, entry(makeOf(t, feitian), "basic_full", rootOf(feitian), "REVOKED", "hardware"),
		entry(makeOf(t, tpm), "attca", rootOf(tpm), "ATTESTATION_KEY_COMPROMISE", "hardware"))
	others := makers(t, entry(makeOf(t, feitian), "basic_full", rootOf(tpm), "FIDO_CERTIFIED_L1", "hardware"),
		entry(makeOf(t, tpm), "attca", rootOf(feitian), "NOT_FIDO_CERTIFIED", "hardware"))
	otherKinds := makers(t, entry(makeOf(t, feitian), "basic_surrogate", rootOf(feitian), "FIDO_CERTIFIED_L1", "hardware"))
	for name, c := range map[string]struct {
		made     *protocol.AttestationObject
		makers   *attestation.Makers
		any      error
		hardware error
	}{
		"Android's keystore":                        {sample(t, "android-key"), nil, nil, nil},
		"Android's keystore, with a list of others": {sample(t, "android-key"), listed, nil, nil},
		"an iPhone":                        {sample(t, "apple"), nil, nil, nil},
		"an iPhone, with a list of others": {sample(t, "apple"), listed, nil, nil},
		"a security key":                   {feitian, listed, nil, nil},
		"a TPM":                            {tpm, listed, nil, nil},
		"a security key that keeps its keys in software": {feitian, inSoftware, nil, attestation.ErrHardware},
		"a make that may keep its keys in software":      {tpm, inSoftware, nil, attestation.ErrHardware},
		"a security key of nobody's list":                {feitian, nil, nil, attestation.ErrHardware},
		"a TPM of nobody's list":                         {tpm, nil, nil, attestation.ErrHardware},
		"a revoked make":                                 {feitian, revoked, attestation.ErrRequired, attestation.ErrRequired},
		"a make whose keys leaked":                       {tpm, revoked, attestation.ErrRequired, attestation.ErrRequired},
		"another's root":                                 {feitian, others, attestation.ErrRequired, attestation.ErrRequired},
		"another's root for a TPM":                       {tpm, others, attestation.ErrRequired, attestation.ErrRequired},
		"a kind that the make has not":                   {feitian, otherKinds, attestation.ErrRequired, attestation.ErrRequired},
		"a make that is not on the list":                 {tpm, otherKinds, attestation.ErrRequired, attestation.ErrRequired},
		"a key that vouches for itself":                  {self, nil, attestation.ErrRequired, attestation.ErrRequired},
		"a key that vouches for itself, by the list too": {self, listed, attestation.ErrRequired, attestation.ErrRequired},
		"a format that is not made any more":             {older, nil, attestation.ErrRequired, attestation.ErrRequired},
		"nothing":                                        {none, listed, attestation.ErrRequired, attestation.ErrRequired},
	} {
		for demand, want := range map[attestation.Demand]error{attestation.None: nil, "": nil, attestation.Any: c.any, attestation.Hardware: c.hardware} {
			err := attestation.NewJudge(demand, c.makers).Check(c.made)
			if want == nil && err != nil || want != nil && !errors.Is(err, want) {
				t.Errorf("%s, demand %q: got %v, want %v", name, demand, err, want)
			}
		}
	}
}

// Those are no matter of the demand: go-webauthn refuses the registration.
func TestAStatementThatIsNotTrueIsNoAttestation(t *testing.T) {
	t.Parallel()
	atThatTime(t, func(t *testing.T) {
		for _, name := range []string{"android-key", "apple", "packed", "tpm"} {
			o, hash := parsed(t, name)
			hash[0] ^= 1 // of another challenge
			if err := o.VerifyAttestation(hash, nil, protocol.AttestationPolicy{}, protocol.SignaturePolicy{}); err == nil {
				t.Errorf("%s was taken over for another challenge", name)
			}
		}
		o, hash := parsed(t, "android-key-software")
		if err := o.VerifyAttestation(hash, nil, protocol.AttestationPolicy{}, protocol.SignaturePolicy{}); err == nil {
			t.Error("a root that is not Google's was believed")
		}
	})
}

func TestAttestationIsAskedForOnlyWhereItIsLookedAt(t *testing.T) {
	t.Parallel()
	for demand, want := range map[attestation.Demand]protocol.ConveyancePreference{"": "none", "none": "none", "any": "direct", "hardware": "direct"} {
		if got := attestation.NewJudge(demand, nil).Conveyance(); got != want {
			t.Errorf("%q asks for %q", demand, got)
		}
		if demand != "" && !slices.Contains(attestation.Demands, string(demand)) {
			t.Errorf("%q is not listed", demand)
		}
	}
}

func TestOnlyTheServiceIsBelievedAboutMakers(t *testing.T) {
	t.Parallel()
	s, stranger := newService(t), newService(t)
	good := string(s.blob(serviceName))
	if m, err := attestation.ReadMakers([]byte(good), s.root, now); err != nil || m.NextUpdate.Format("2006-01-02") != "2026-12-01" {
		t.Fatalf("a good one: %+v, %v", m, err)
	}
	header, rest, _ := strings.Cut(good, ".")
	_, signature, _ := strings.Cut(rest, ".")
	otherList, _, _ := strings.Cut(strings.SplitN(string(s.blob(serviceName, entry("00000000-0000-0000-0000-000000000001", "basic_full", s.root.Raw, "REVOKED"))), ".", 2)[1], ".")
	for name, blob := range map[string]string{
		"a stranger's root":                       string(stranger.blob(serviceName)),
		"another's certificate of the same root":  string(s.blob("login.example")),
		"another list under the signature":        header + "." + otherList + "." + signature,
		"no signature":                            "eyJhbGciOiJub25lIn0." + otherList + ".",
		"a signature of a list without its chain": "eyJhbGciOiJFUzI1NiJ9." + otherList + "." + signature,
		"no list": "{}",
		"nothing": "",
	} {
		if _, err := attestation.ReadMakers([]byte(blob), s.root, now); err == nil {
			t.Errorf("%s was believed", name)
		}
	}
	if _, err := attestation.ReadMakers([]byte(good), s.root, now.AddDate(2, 0, 0)); err == nil {
		t.Error("a certificate that has ended was believed")
	}
	file := filepath.Join(t.TempDir(), "blob.jwt")
	if err := os.WriteFile(file, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := attestation.OpenMakers(file, now); err == nil || !strings.Contains(err.Error(), "not signed by the service") {
		t.Errorf("a file that is not of FIDO's root: %v", err)
	}
}

func TestAnEntryThatCannotBeReadLeavesTheOthersOnTheList(t *testing.T) {
	t.Parallel()
	atThatTime(t, func(t *testing.T) {
		feitian := sample(t, "packed")
		m := makers(t, "no entry", map[string]any{"aaguid": 7}, map[string]any{"aaguid": "x"},
			entry(makeOf(t, feitian), "basic_full", rootOf(feitian), "FIDO_CERTIFIED_L1", "hardware"))
		if err := attestation.NewJudge(attestation.Hardware, m).Check(feitian); err != nil {
			t.Error(err)
		}
	})
}
