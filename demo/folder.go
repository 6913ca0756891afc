package demo

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/keys"
)

// folder is where the demo has database and keys.
type folder struct {
	path string
	kept bool // beyond the end of the demo
}

// defaultFolder is where a public demo keeps what phones rely on: they outlive a restart.
const defaultFolder = "jawort-demo"

// openFolder returns the folder that was named, and otherwise one that ends with the demo.
func openFolder(path string) (folder, error) {
	if path == "" {
		path, err := os.MkdirTemp("", "jawort-demo-")
		return folder{path: path}, err
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return folder{}, fmt.Errorf("demo: --data: %w", err)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return folder{}, fmt.Errorf("demo: --data: %w", err)
	}
	return folder{path: path, kept: true}, nil
}

func (f folder) file(name string) string { return filepath.Join(f.path, name) }

// remove deletes a folder that ends with the demo.
func (f folder) remove() error {
	if f.kept || f.path == "" {
		return nil
	}
	return os.RemoveAll(f.path)
}

// keys returns the kept keys, or new ones.
func (f folder) keys() (*keys.Set, error) {
	path := f.file("keys.json")
	if _, err := os.Stat(path); f.kept && err == nil {
		return keys.Load(path)
	}
	set, err := keys.Generate()
	if err != nil || !f.kept {
		return set, err
	}
	return set, set.Save(path)
}

// record is what the site knows of itself beyond a restart.
type record struct {
	Phones   string `json:"phones"` // the address that phones are bound to, for life
	Key      string `json:"key"`    // of the site, for the API
	Password string `json:"password"`
}

// record returns the kept record, or a new one. Phones of another address could not be reached again, and would
// wait for this demo in vain.
func (f folder) record(phones string) (record, error) {
	r, err := f.read()
	if errors.Is(err, fs.ErrNotExist) {
		r = record{Phones: phones, Password: newPassword()}
		r.Key, err = account.NewSecret(rand.Reader)
		return r, errors.Join(err, f.write(r))
	}
	if err != nil {
		return r, err
	}
	if r.Phones != phones {
		return r, fmt.Errorf("demo: %s belongs to %s, where its phones are registered, not to %s: start it there, or give another folder with --data", f.path, r.Phones, phones)
	}
	return r, nil
}

const recordFile = "demo.json"

func (f folder) read() (record, error) {
	var r record
	b, err := os.ReadFile(f.file(recordFile))
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("demo: %s is not what the demo wrote: %w; delete the folder to begin anew", f.file(recordFile), err)
	}
	return r, nil
}

// write replaces the record at once, so that a crash leaves the old one or the new one.
func (f folder) write(r record) error {
	if !f.kept {
		return nil
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	part := f.file(recordFile + ".part")
	if err := os.WriteFile(part, b, 0o600); err != nil {
		return err
	}
	return os.Rename(part, f.file(recordFile))
}

// newPassword has 80 bits, in four groups for whoever types it.
func newPassword() string {
	s := strings.ToLower(rand.Text())
	return strings.Join([]string{s[:4], s[4:8], s[8:12], s[12:16]}, "-")
}
