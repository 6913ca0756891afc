package keys

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/core/cryptofmt"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// Kind of keys.
type Kind string

// The kinds.
const (
	Sealing        Kind = "sealing"        // what lies in the stores
	Authentication Kind = "authentication" // tokens, codes and what comes back to us
	Receipt        Kind = "receipt"        // receipts and the heads of audit logs
	WebPush        Kind = "vapid"          // Web Push
)

// Kinds are all of them.
var Kinds = []Kind{Sealing, Authentication, Receipt, WebPush}

// Refusals of a change.
var (
	ErrUnknown   = errors.New("keys: there is no such key")
	ErrAmbiguous = errors.New("keys: several keys begin so")
	ErrWrites    = errors.New("keys: this key writes; promote another one of its kind first")
	ErrChanged   = errors.New("keys: somebody else has changed the file meanwhile; look at it and try again")
	ErrKind      = errors.New("keys: the kinds are sealing, authentication, receipt and vapid")
)

// Key says of a key what is no secret.
type Key struct {
	ID         string // kind, colon, eight hexadecimal digits
	Kind       Kind
	Writes     bool
	WroteUntil time.Time // zero: it writes, or has not written yet
	Public     string    // receipt: its kid; vapid: the application server key

	tink uint32
}

// SealPrefix is what all begins with that a sealing key seals: Tink's byte of the format, and the id of the key.
func (k Key) SealPrefix() []byte {
	return binary.BigEndian.AppendUint32([]byte{cryptofmt.TinkStartByte}, k.tink)
}

// Keys lists all, by kind; the one that writes comes first.
func (s *Set) Keys() []Key {
	var all []Key
	add := func(place int, k Key) {
		k.Writes, k.WroteUntil = place == 0, s.wroteUntil[k.ID]
		all = append(all, k)
	}
	for i, id := range idsOf(s.sealing) {
		add(i, Key{ID: tinkID(Sealing, id), Kind: Sealing, tink: id})
	}
	for i, id := range idsOf(s.authentication) {
		add(i, Key{ID: tinkID(Authentication, id), Kind: Authentication, tink: id})
	}
	for i, key := range s.receipts {
		add(i, Key{ID: publicID(Receipt, key.KeyID), Kind: Receipt, Public: key.KeyID})
	}
	for i, v := range s.vapid {
		add(i, Key{ID: publicID(WebPush, v.Public), Kind: WebPush, Public: v.Public})
	}
	return all
}

func tinkID(kind Kind, id uint32) string { return fmt.Sprintf("%s:%08x", kind, id) }

func publicID(kind Kind, public string) string {
	sum := sha256.Sum256([]byte(public))
	return string(kind) + ":" + hex.EncodeToString(sum[:4])
}

// Find returns the key whose id is, or alone begins with, the text: ErrUnknown, ErrAmbiguous.
func (s *Set) Find(text string) (Key, error) {
	var found []Key
	for _, k := range s.Keys() {
		if k.ID == text {
			return k, nil
		}
		if strings.HasPrefix(k.ID, text) {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 0:
		return Key{}, ErrUnknown
	case 1:
		return found[0], nil
	}
	return Key{}, ErrAmbiguous
}

// Add returns a set with a further key of a kind, which only reads so far: every process must have it before one of them writes
// with it. ErrKind.
func (s *Set) Add(kind Kind) (*Set, Key, error) {
	before, after := s.Keys(), s.copy()
	if err := after.add(kind); err != nil {
		return nil, Key{}, err
	}
	after, err := after.ready()
	if err != nil {
		return nil, Key{}, err
	}
	all := after.Keys()
	made := slices.IndexFunc(all, func(k Key) bool { return !slices.Contains(before, k) })
	return after, all[made], nil
}

func (s *Set) add(kind Kind) (err error) {
	switch kind {
	case Sealing:
		s.sealing, err = further(s.sealing, aead.AES256GCMKeyTemplate())
	case Authentication:
		s.authentication, err = further(s.authentication, mac.HMACSHA256Tag256KeyTemplate())
	case Receipt:
		key, failed := newReceiptKey()
		s.receipts, err = append(s.receipts, key), failed
	case WebPush:
		v, failed := newVAPID()
		s.vapid, err = append(s.vapid, v), failed
	default:
		return ErrKind
	}
	return err
}

func further(h *keyset.Handle, template *tinkpb.KeyTemplate) (*keyset.Handle, error) {
	m := keyset.NewManagerFromHandle(h)
	if _, err := m.Add(template); err != nil {
		return nil, fmt.Errorf("keys: make key: %w", err)
	}
	return m.Handle()
}

// Promote returns a set in which a key writes from now on, and the one that wrote only reads.
func (s *Set) Promote(k Key, now time.Time) (*Set, error) {
	after := s.copy()
	if k.Writes {
		return after.ready()
	}
	if after.wroteUntil == nil {
		after.wroteUntil = map[string]time.Time{}
	}
	for _, other := range s.Keys() {
		if other.Kind == k.Kind && other.Writes {
			after.wroteUntil[other.ID] = now.UTC().Truncate(time.Second)
		}
	}
	delete(after.wroteUntil, k.ID)
	if err := after.change(k, (*keyset.Manager).SetPrimary, chosenFirst); err != nil {
		return nil, err
	}
	return after.ready()
}

// chosenFirst and chosenOut are orders of n keys in which one comes first, or not at all.
func chosenFirst(chosen, n int) []int { return append([]int{chosen}, chosenOut(chosen, n)...) }

func chosenOut(chosen, n int) []int {
	var order []int
	for i := range n {
		if i != chosen {
			order = append(order, i)
		}
	}
	return order
}

// Drop returns a set without the key: nothing that it sealed, authenticated or woke works any more. ErrWrites.
func (s *Set) Drop(k Key) (*Set, error) {
	if k.Writes {
		return nil, ErrWrites
	}
	after := s.copy()
	delete(after.wroteUntil, k.ID)
	if k.Kind == WebPush {
		after.droppedVAPID = append(after.droppedVAPID, k.Public)
	}
	if err := after.change(k, (*keyset.Manager).Delete, chosenOut); err != nil {
		return nil, err
	}
	return after.ready()
}

// change changes the keyset, or the order of the list, that the key is in.
func (s *Set) change(k Key, in func(*keyset.Manager, uint32) error, order func(chosen, n int) []int) (err error) {
	switch k.Kind {
	case Sealing:
		s.sealing, err = changed(s.sealing, k, in)
	case Authentication:
		s.authentication, err = changed(s.authentication, k, in)
	case Receipt:
		i := slices.IndexFunc(s.receipts, func(r jose.JSONWebKey) bool { return r.KeyID == k.Public })
		s.receipts = ordered(s.receipts, order(i, len(s.receipts)))
	case WebPush:
		i := slices.IndexFunc(s.vapid, func(v VAPID) bool { return v.Public == k.Public })
		s.vapid = ordered(s.vapid, order(i, len(s.vapid)))
	}
	return err
}

func changed(h *keyset.Handle, k Key, in func(*keyset.Manager, uint32) error) (*keyset.Handle, error) {
	m := keyset.NewManagerFromHandle(h)
	if err := in(m, k.tink); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return m.Handle()
}

func ordered[T any](list []T, order []int) []T {
	var all []T
	for _, i := range order {
		all = append(all, list[i])
	}
	return all
}
