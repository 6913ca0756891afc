package operator

import (
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/jawort/jawort/approval"
)

// ChallengeLife is how long a page may wait for a passkey's answer.
const ChallengeLife = 10 * time.Minute

const challengePurpose = "jawort console challenge"

// A challenge is a time, randomness and what authenticates both together with what the challenge is for. So giving one keeps nothing; one that was answered is
// kept until it has expired, so that no answer counts twice.
const (
	stampBytes  = 8
	randomBytes = 8
	macBytes    = 16
	size        = stampBytes + randomBytes + macBytes
)

// Keys authenticate.
type Keys interface {
	MAC(purpose string, data []byte) ([]byte, error)
	MACs(purpose string, data []byte) ([][]byte, error)
}

// House asks for passkeys at the console's address, and checks their answers.
type House struct {
	party *approval.RelyingParty
	keys  Keys
}

// NewHouse returns the house at an address, whose host is what passkeys belong to.
func NewHouse(address string, keys Keys) (*House, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("operator: %w", err)
	}
	party, err := approval.NewRelyingParty(u.Hostname(), "Jawort", []string{u.Scheme + "://" + u.Host})
	if err != nil {
		return nil, err
	}
	return &House{party, keys}, nil
}

// Challenge returns one that is good for what is said by aim, and nothing else.
func (h *House) Challenge(aim string, now time.Time, random io.Reader) ([]byte, error) {
	c := binary.BigEndian.AppendUint64(nil, uint64(now.UnixMicro()))
	c = append(c, make([]byte, randomBytes)...)
	if _, err := io.ReadFull(random, c[stampBytes:]); err != nil {
		return nil, fmt.Errorf("operator: read randomness: %w", err)
	}
	tag, err := h.keys.MAC(challengePurpose, append(append([]byte{}, c...), aim...))
	if err != nil {
		return nil, err
	}
	return append(c, tag[len(tag)-macBytes:]...), nil
}

var errChallenge = errors.New("operator: the challenge is not ours, is for something else or has expired")

// gave reports by its error whether the challenge was given for this.
func (h *House) gave(challenge []byte, aim string, now time.Time) error {
	if len(challenge) != size {
		return errChallenge
	}
	said, tag := challenge[:stampBytes+randomBytes], challenge[stampBytes+randomBytes:]
	tags, err := h.keys.MACs(challengePurpose, append(append([]byte{}, said...), aim...))
	if err != nil {
		return err
	}
	at := time.UnixMicro(int64(binary.BigEndian.Uint64(said)))
	for _, ours := range tags {
		if hmac.Equal(ours[len(ours)-macBytes:], tag) && now.Before(at.Add(ChallengeLife)) {
			return nil
		}
	}
	return errChallenge
}

// CreationOptions are those with which a page makes a passkey for the operator.
func (h *House) CreationOptions(o Operator, challenge []byte, have []Passkey) approval.CreationOptions {
	var exclude [][]byte
	for _, k := range have {
		exclude = append(exclude, k.Credential.ID)
	}
	options := h.party.CreationOptions(o.ID, o.Name, challenge, exclude)
	options.AuthenticatorSelection.ResidentKey = "required" // who signs in names nobody: the passkey does
	return options
}

// RequestOptions are those with which a page asks for the answer of a passkey: of these, or of any.
func (h *House) RequestOptions(challenge []byte, of []Passkey) approval.RequestOptions {
	return h.party.OwnRequestOptions(challenge, credentials(of))
}

func credentials(of []Passkey) [][]byte {
	ids := make([][]byte, len(of))
	for i, k := range of {
		ids[i] = k.Credential.ID
	}
	return ids
}

// Register returns the passkey that a browser made for the operator, and the challenge that it used up. Everything wrong is ErrPasskey.
func (h *House) Register(credential []byte, operator, aim string, now time.Time) (Passkey, []byte, error) {
	r, err := approval.ParseRegistration(credential)
	if err != nil {
		return Passkey{}, nil, ErrPasskey.Because(err)
	}
	if err := h.gave(r.Challenge, aim, now); err != nil {
		return Passkey{}, nil, ErrPasskey.Because(err)
	}
	made, err := h.party.Register(r, operator)
	if err != nil {
		return Passkey{}, nil, ErrPasskey.Because(err)
	}
	return Passkey{Operator: operator, Credential: made.Credential, BackedUp: made.BackedUp}, r.Challenge, nil
}

// Answer is what a browser brings of a passkey.
type Answer struct {
	Assertion *approval.Assertion
	Challenge []byte // which it uses up
	house     *House
}

// Read returns the answer to a challenge that was given for aim. Everything wrong is ErrPasskey.
func (h *House) Read(credential []byte, aim string, now time.Time) (Answer, error) {
	a, err := approval.ParseAssertion(credential)
	if err != nil {
		return Answer{}, ErrPasskey.Because(err)
	}
	challenge := a.Challenge()
	if err := h.gave(challenge, aim, now); err != nil {
		return Answer{}, ErrPasskey.Because(err)
	}
	return Answer{a, challenge, h}, nil
}

// Holds reports by its error, which is ErrPasskey, whether the passkey gave the answer.
func (a Answer) Holds(k Passkey) error {
	if err := a.house.party.VerifyOwn(a.Assertion, k.Credential, k.Operator, [size]byte(a.Challenge)); err != nil {
		return ErrPasskey.Because(err)
	}
	return nil
}
