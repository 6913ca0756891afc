package audit

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
)

// Hash is a SHA-256 digest or HMAC, in JSON as base64url without padding.
type Hash [sha256.Size]byte

// Key is the random key of one commitment, in JSON as base64url without padding. Its length is fixed, because HMAC treats
// a shorter key like the same one with zeros behind it.
type Key [32]byte

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return encode32(h), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(text []byte) error { return decode32((*[32]byte)(h), text) }

// String returns the digest as base64url.
func (h Hash) String() string { return string(encode32(h)) }

// MarshalText implements encoding.TextMarshaler.
func (k Key) MarshalText() ([]byte, error) { return encode32(k), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *Key) UnmarshalText(text []byte) error { return decode32((*[32]byte)(k), text) }

func encode32(b [32]byte) []byte {
	return base64.RawURLEncoding.AppendEncode(nil, b[:])
}

func decode32(into *[32]byte, text []byte) error {
	b, err := base64.RawURLEncoding.Strict().DecodeString(string(text))
	if err != nil {
		return err
	}
	if len(b) != len(into) || bytes.ContainsAny(text, "\r\n") { // which the decoder skips: an edit that nobody would find
		return errors.New("must be 32 bytes")
	}
	copy(into[:], b)
	return nil
}

// The names of what is digested.
const (
	genesisName  = "jawort audit chain v1"
	entryName    = "jawort audit entry v1"
	personalName = "jawort audit personal v1"
	documentName = "jawort audit document v1"
	evidenceName = "jawort audit evidence v1"
)

func digest(name string, fields ...[]byte) Hash { return sum(sha256.New(), name, fields) }

func authenticate(key Key, name string, fields ...[]byte) Hash {
	return sum(hmac.New(sha256.New, key[:]), name, fields)
}

func sum(h hash.Hash, name string, fields [][]byte) Hash {
	h.Write(append([]byte(name), 0))
	var length [4]byte
	for _, field := range fields {
		binary.BigEndian.PutUint32(length[:], uint32(len(field)))
		h.Write(length[:])
		h.Write(field)
	}
	return Hash(h.Sum(nil))
}

func number(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
