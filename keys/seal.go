package keys

import (
	"bytes"
	"fmt"
)

// Seal encrypts and authenticates plaintext. What was sealed for one purpose does not open for another.
func (s *Set) Seal(plaintext []byte, purpose string) ([]byte, error) {
	sealed, err := s.aead.Encrypt(plaintext, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("keys: seal: %w", err)
	}
	return sealed, nil
}

// Open returns what Seal was given for the same purpose.
func (s *Set) Open(sealed []byte, purpose string) ([]byte, error) {
	plaintext, err := s.aead.Decrypt(sealed, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("keys: open: %w", err)
	}
	return plaintext, nil
}

// SealPrefix is what all begins with that the key seals which writes, and nothing that another one sealed.
func (s *Set) SealPrefix() []byte { return s.Keys()[0].SealPrefix() }

// MAC authenticates data for one purpose.
func (s *Set) MAC(purpose string, data []byte) ([]byte, error) {
	tag, err := s.mac.ComputeMAC(separated(purpose, data))
	if err != nil {
		return nil, fmt.Errorf("keys: authenticate: %w", err)
	}
	return tag, nil
}

// MACs are the tags by all keys, the one of MAC first: what is derived from a tag, and compared with what was derived
// before a key was exchanged, may be any of them.
func (s *Set) MACs(purpose string, data []byte) ([][]byte, error) {
	var tags [][]byte
	for _, m := range s.macs {
		tag, err := m.ComputeMAC(separated(purpose, data))
		if err != nil {
			return nil, fmt.Errorf("keys: authenticate: %w", err)
		}
		tags = append(tags, tag)
	}
	return tags, nil
}

// VerifyMAC returns an error unless MAC made the tag for the same purpose and data, with a key that is still there.
func (s *Set) VerifyMAC(tag []byte, purpose string, data []byte) error {
	if err := s.mac.VerifyMAC(tag, separated(purpose, data)); err != nil {
		return fmt.Errorf("keys: verify: %w", err)
	}
	return nil
}

// separated puts a zero byte behind the purpose, which never contains one.
func separated(purpose string, data []byte) []byte {
	return bytes.Join([][]byte{[]byte(purpose), data}, []byte{0})
}
