package keys

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// file is the form of the key file.
type file struct {
	Sealing        json.RawMessage       `json:"sealing"`        // Tink keyset
	Authentication json.RawMessage       `json:"authentication"` // Tink keyset
	Receipt        list[jose.JSONWebKey] `json:"receipt"`
	VAPID          list[VAPID]           `json:"vapid"`
	WroteUntil     map[string]time.Time  `json:"wrote_until,omitempty"`
	DroppedVAPID   []string              `json:"dropped_vapid,omitempty"` // public keys
}

// list is written as one, and read also where a single key stands in its place: files had one of a kind once.
type list[T any] []T

// UnmarshalJSON reads a list or a single one.
func (l *list[T]) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("[")) {
		return json.Unmarshal(b, (*[]T)(l))
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*l = list[T]{one}
	return nil
}

// Save writes the set to a new file that is not encrypted.
func (s *Set) Save(path string) error { return (*Wrapper)(nil).Save(context.Background(), s, path) } // nobody is asked

// Load reads the set from a file that is not encrypted.
func Load(path string) (*Set, error) { return (*Wrapper)(nil).Load(context.Background(), path) } // nobody is asked

// Save writes the set to a new file that only its owner may read. An existing file is left alone: losing these keys loses every
// push address and invalidates every token.
func (w *Wrapper) Save(ctx context.Context, s *Set, path string) error {
	b, err := w.encode(ctx, s)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keys: %s exists already and is left as it is: %w", path, err)
	}
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if err := written(f, b); err != nil {
		return err
	}
	return settled(path)
}

// Replace puts the set in the place of the file that it comes from, at once and with its mode and owner: whoever reads meanwhile gets
// the one or the other, and where anything fails the file stays as it is. A link is followed, as service managers set them.
// ErrChanged says that somebody else has changed the file.
func (w *Wrapper) Replace(ctx context.Context, s *Set, path string) error {
	b, err := w.encode(ctx, s)
	if err != nil {
		return err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-") // only its owner may read it
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	defer os.Remove(f.Name()) // gone already where all went well
	if err := errors.Join(owned(f, info), f.Chmod(info.Mode().Perm()), written(f, b)); err != nil {
		return fmt.Errorf("keys: %s stays as it is: %w", path, err)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, s.read) {
		return errors.Join(ErrChanged, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return settled(path)
}

// settled returns once the name of a file is on the disk.
func settled(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

// written writes and closes.
func written(f *os.File, b []byte) error {
	_, err := f.Write(append(b, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

func (w *Wrapper) encode(ctx context.Context, s *Set) ([]byte, error) {
	sealing, err := encodeKeyset(s.sealing)
	if err != nil {
		return nil, err
	}
	authentication, err := encodeKeyset(s.authentication)
	if err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(file{
		Sealing: sealing, Authentication: authentication, Receipt: s.receipts, VAPID: s.vapid, WroteUntil: s.wroteUntil, DroppedVAPID: s.droppedVAPID,
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("keys: encode: %w", err)
	}
	return w.wrap(ctx, b)
}

// Load reads the set from a file: ErrPlain, ErrWrapped, ErrOpens. Its group may read it, since containers and service managers hand secrets over in
// that way; all other users of the machine must not be able to.
func (w *Wrapper) Load(ctx context.Context, path string) (*Set, error) {
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
	plain, err := w.unwrap(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	set, err := parse(plain)
	if err != nil {
		return nil, err
	}
	set.read = b
	return set, nil
}

func parse(b []byte) (*Set, error) {
	var f file
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("keys: parse: %w", err)
	}
	if err := f.validate(); err != nil {
		return nil, err
	}
	sealing, err := decodeKeyset(f.Sealing)
	if err != nil {
		return nil, err
	}
	authentication, err := decodeKeyset(f.Authentication)
	if err != nil {
		return nil, err
	}
	return (&Set{sealing: sealing, authentication: authentication, receipts: f.Receipt, vapid: f.VAPID, wroteUntil: f.WroteUntil, droppedVAPID: f.DroppedVAPID}).ready()
}

func (f file) validate() error {
	if len(f.Receipt) == 0 || len(f.VAPID) == 0 {
		return errors.New("keys: there must be a key for receipts and one for VAPID")
	}
	for _, key := range f.Receipt {
		if !key.Valid() || key.IsPublic() || key.KeyID == "" {
			return errors.New("keys: receipt must be a private JWK with a kid")
		}
	}
	for _, v := range f.VAPID {
		if v.Public == "" || v.Private == "" {
			return errors.New("keys: vapid must have public and private")
		}
	}
	return nil
}

func encodeKeyset(h *keyset.Handle) (json.RawMessage, error) {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b)); err != nil {
		return nil, fmt.Errorf("keys: encode keyset: %w", err)
	}
	return b.Bytes(), nil
}

func decodeKeyset(b json.RawMessage) (*keyset.Handle, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
	if err != nil {
		return nil, fmt.Errorf("keys: decode keyset: %w", err)
	}
	return h, nil
}
