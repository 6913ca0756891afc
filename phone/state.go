package phone

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// state is what a phone must not forget.
type state struct {
	Servers []*server `json:"servers"`
}

// server is the installation at one server.
type server struct {
	URL     string   `json:"url"`
	Key     *key     `json:"key"` // of DPoP; another one at each server, so that they cannot compare notes
	Token   string   `json:"token,omitempty"`
	Devices []device `json:"devices"`
}

// device is a registration for one account.
type device struct {
	ID         string `json:"id"`
	Credential []byte `json:"credential"`
	Key        *key   `json:"key"`
	RPID       string `json:"rp_id"`
	Account    string `json:"account"`
	Tenant     string `json:"tenant"`
	Holder     string `json:"holder"`
	Label      string `json:"label"`
}

func (s *state) server(url string) *server {
	i := slices.IndexFunc(s.Servers, func(have *server) bool { return have.URL == url })
	if i < 0 {
		return nil
	}
	return s.Servers[i]
}

// Load returns the phone whose state lies in a file, or a new one that will lie there. Whatever it learns later is
// written at once.
func Load(path string, o Options) (*Phone, error) {
	p := New(o)
	p.path = path
	if err := p.Refresh(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return p, nil
}

// Refresh reads the file again, in which another process may have enrolled the phone.
func (p *Phone) Refresh() error {
	if p.path == "" {
		return nil
	}
	s, err := readState(p.path)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = s
	return nil
}

func readState(path string) (state, error) {
	var s state
	info, err := os.Stat(path)
	if err != nil {
		return s, fmt.Errorf("phone: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return s, fmt.Errorf("phone: %s holds keys and others may read it: chmod 600 %s", path, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return s, fmt.Errorf("phone: %w", err)
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("phone: %s: %w", path, err)
	}
	return s, nil
}

// Save writes the phone's keys and logins to a file that only its owner may read, whole or not at all.
func (p *Phone) Save(path string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.write(path)
}

// change alters the state and keeps it, if it has a file.
func (p *Phone) change(alter func(*state)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	alter(&p.state)
	if p.path == "" {
		return nil
	}
	return p.state.write(p.path)
}

func (s *state) write(path string) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("phone: %w", err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("phone: %w", err)
	}
	f, err := os.CreateTemp(dir, ".phone-*") // mode 0600
	if err != nil {
		return fmt.Errorf("phone: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("phone: keep %s: %w", path, err)
	}
	return nil
}
