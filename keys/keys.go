// Package keys holds the secret keys of one installation of Jawort: sealing (AEAD), message authentication,
// receipts (ES256) and VAPID. It owns their file, how they are made and how they are exchanged; it does not know what they protect.
//
// Of each kind one key writes and any number only read: they open, verify and send for what was made while they wrote.
package keys

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Set is all secret keys of an installation. It never changes, and is safe for concurrent use.
type Set struct {
	sealing        *keyset.Handle
	authentication *keyset.Handle
	receipts       []jose.JSONWebKey    // the first one signs
	vapid          []VAPID              // the first one is what phones subscribe with
	wroteUntil     map[string]time.Time // by id, of those that once wrote
	droppedVAPID   []string             // public keys
	read           []byte               // the file that it comes from

	aead tink.AEAD
	mac  tink.MAC
	macs []tink.MAC // one for each key, the one that writes first
}

// Generate makes a new set from the operating system's randomness.
func Generate() (*Set, error) {
	sealing, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("keys: make sealing key: %w", err)
	}
	authentication, err := keyset.NewHandle(mac.HMACSHA256Tag256KeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("keys: make authentication key: %w", err)
	}
	receipt, err := newReceiptKey()
	if err != nil {
		return nil, err
	}
	v, err := newVAPID()
	if err != nil {
		return nil, err
	}
	return (&Set{sealing: sealing, authentication: authentication, receipts: []jose.JSONWebKey{receipt}, vapid: []VAPID{v}}).ready()
}

// ready makes what works with the keys.
func (s *Set) ready() (_ *Set, err error) {
	if s.aead, err = aead.New(s.sealing); err != nil {
		return nil, fmt.Errorf("keys: sealing: %w", err)
	}
	if s.mac, err = mac.New(s.authentication); err != nil {
		return nil, fmt.Errorf("keys: authentication: %w", err)
	}
	s.macs = nil
	for _, id := range idsOf(s.authentication) {
		one, err := alone(s.authentication, id)
		if err != nil {
			return nil, err
		}
		s.macs = append(s.macs, one)
	}
	return s, nil
}

// copy is what a change is made to.
func (s *Set) copy() *Set {
	return &Set{
		sealing: s.sealing, authentication: s.authentication,
		receipts: slices.Clone(s.receipts), vapid: slices.Clone(s.vapid), wroteUntil: maps.Clone(s.wroteUntil),
		droppedVAPID: slices.Clone(s.droppedVAPID), read: s.read,
	}
}

// alone authenticates by one key of a keyset.
func alone(h *keyset.Handle, id uint32) (tink.MAC, error) {
	m := keyset.NewManagerFromHandle(h)
	if err := m.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("keys: authentication: %w", err)
	}
	h, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("keys: authentication: %w", err)
	}
	return mac.New(h)
}

// idsOf names the keys of a keyset, the one that writes first.
func idsOf(h *keyset.Handle) []uint32 {
	info := h.KeysetInfo()
	ids := []uint32{info.GetPrimaryKeyId()}
	for _, k := range info.GetKeyInfo() {
		if k.GetKeyId() != info.GetPrimaryKeyId() {
			ids = append(ids, k.GetKeyId())
		}
	}
	return ids
}
