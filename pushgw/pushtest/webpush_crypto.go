package pushtest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jawort/jawort/account"
)

// subscriber is the browser's side of a subscription: the keys of RFC 8291.
type subscriber struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func newSubscriber() (*subscriber, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("pushtest: subscription's key: %w", err)
	}
	s := &subscriber{key: key, auth: make([]byte, 16)}
	_, _ = rand.Read(s.auth) // never fails
	return s, nil
}

func (s *subscriber) subscription(endpoint string) account.Subscription {
	out := account.Subscription{Endpoint: endpoint}
	out.Keys.P256dh = base64.RawURLEncoding.EncodeToString(s.key.PublicKey().Bytes())
	out.Keys.Auth = base64.RawURLEncoding.EncodeToString(s.auth)
	return out
}

const (
	saltSize   = 16
	headerSize = saltSize + 4 + 1
	tagSize    = 16
	lastRecord = 2 // the padding delimiter of a last record
)

var errCiphertext = errors.New("the body is no aes128gcm message of one record")

// decrypt opens a message of RFC 8291: one aes128gcm record of RFC 8188 whose key id is the sender's public key.
func (s *subscriber) decrypt(body []byte) ([]byte, error) {
	if len(body) < headerSize || len(body) < headerSize+int(body[headerSize-1]) {
		return nil, errCiphertext
	}
	salt, recordSize := body[:saltSize], binary.BigEndian.Uint32(body[saltSize:])
	sender, record := body[headerSize:headerSize+int(body[headerSize-1])], body[headerSize+int(body[headerSize-1]):]
	if uint64(len(record)) > uint64(recordSize) || len(record) <= tagSize {
		return nil, errCiphertext
	}
	secret, err := s.agree(sender)
	if err != nil {
		return nil, err
	}
	plain, err := openRecord(secret, salt, record)
	if err != nil {
		return nil, err
	}
	plain = bytes.TrimRight(plain, "\x00")
	if len(plain) == 0 || plain[len(plain)-1] != lastRecord {
		return nil, errCiphertext
	}
	return plain[:len(plain)-1], nil
}

func (s *subscriber) agree(sender []byte) ([]byte, error) {
	public, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, errCiphertext
	}
	shared, err := s.key.ECDH(public)
	if err != nil {
		return nil, errCiphertext
	}
	info := "WebPush: info\x00" + string(s.key.PublicKey().Bytes()) + string(sender)
	return hkdf.Key(sha256.New, shared, s.auth, info, 32)
}

func openRecord(secret, salt, record []byte) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, record, nil)
	if err != nil {
		return nil, errCiphertext
	}
	return plain, nil
}
