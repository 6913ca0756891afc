package keys

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/go-jose/go-jose/v4"
)

// file is the form of the key file.
type file struct {
	Sealing        json.RawMessage `json:"sealing"`        // Tink keyset
	Authentication json.RawMessage `json:"authentication"` // Tink keyset
	Receipt        jose.JSONWebKey `json:"receipt"`
	VAPID          vapid           `json:"vapid"`
}

// Save writes the set to a new file that only its owner may read. An existing file is left alone: losing these keys loses every
// push address and invalidates every token.
func (s *Set) Save(path string) error {
	sealing, err := encodeKeyset(s.sealing)
	if err != nil {
		return err
	}
	authentication, err := encodeKeyset(s.authentication)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(file{Sealing: sealing, Authentication: authentication, Receipt: s.receipt, VAPID: s.vapid}, "", "  ")
	if err != nil {
		return fmt.Errorf("keys: encode: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keys: %s exists already and is left as it is: %w", path, err)
	}
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	_, err = f.Write(append(b, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// Load reads the set from a file. Its group may read it, since containers and service managers hand secrets over in
// that way; all other users of the machine must not be able to.
func Load(path string) (*Set, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("keys: %w; make the file with `jawort secrets init`", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("keys: %s may be read by every user of this machine; run chmod o= on it", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return parse(b)
}

func parse(b []byte) (*Set, error) {
	var f file
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("keys: parse: %w", err)
	}
	if !f.Receipt.Valid() || f.Receipt.IsPublic() || f.Receipt.KeyID == "" {
		return nil, errors.New("keys: receipt must be a private JWK with a kid")
	}
	if f.VAPID.Public == "" || f.VAPID.Private == "" {
		return nil, errors.New("keys: vapid must have public and private")
	}
	sealing, err := decodeKeyset(f.Sealing)
	if err != nil {
		return nil, err
	}
	authentication, err := decodeKeyset(f.Authentication)
	if err != nil {
		return nil, err
	}
	return newSet(sealing, authentication, f.Receipt, f.VAPID)
}
