package kmstest

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Token is what the Vault believes.
const Token = "hvs.for-tests-only"

// Vault answers as the transit engine of HashiCorp Vault and OpenBao does, over TLS.
type Vault struct {
	t      testing.TB
	server *httptest.Server
	CA     string // file with the certificate to believe

	mu       sync.Mutex
	keys     map[string][]tink.AEAD // by version, from 1
	least    map[string]int         // min_decryption_version
	token    string
	forbids  string // a verb
	sealed   bool
	hang     chan struct{}
	swapped  string
	Requests []string
}

// NewVault starts one that has the keys.
func NewVault(t testing.TB, names ...string) *Vault {
	t.Helper()
	v := &Vault{t: t, keys: map[string][]tink.AEAD{}, least: map[string]int{}, token: Token, CA: filepath.Join(t.TempDir(), "ca.pem")}
	for _, name := range names {
		v.Rotate(name)
	}
	v.server = httptest.NewTLSServer(http.HandlerFunc(v.serve))
	t.Cleanup(v.server.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: v.server.Certificate().Raw})
	if err := os.WriteFile(v.CA, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	return v
}

// URL names a key as the configuration does.
func (v *Vault) URL(name string) string {
	return "hcvault://" + v.server.Listener.Addr().String() + "/transit/keys/" + name
}

// Environment is what a program needs to believe the server and be believed.
func (v *Vault) Environment() []string {
	return []string{"VAULT_CACERT=" + v.CA, "VAULT_TOKEN=" + Token}
}

// Rotate makes a new version of a key, which encrypts from now on.
func (v *Vault) Rotate(name string) {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		v.t.Fatal(err)
	}
	k, err := aead.New(h)
	if err != nil {
		v.t.Fatal(err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.keys[name] = append(v.keys[name], k)
}

// Retire sets min_decryption_version to the newest version.
func (v *Vault) Retire(name string) { v.change(func() { v.least[name] = len(v.keys[name]) }) }

// Deny has the server believe nobody.
func (v *Vault) Deny() { v.change(func() { v.token = "" }) }

// Forbid has the server refuse one verb, encrypt or decrypt, to the token.
func (v *Vault) Forbid(verb string) { v.change(func() { v.forbids = verb }) }

// Seal has the server answer as one that waits for its unseal keys.
func (v *Vault) Seal() { v.change(func() { v.sealed = true }) }

// Swap has the server decrypt by one key and answer with what another call was told to encrypt.
func (v *Vault) Swap(plaintext []byte) {
	v.change(func() { v.swapped = base64.StdEncoding.EncodeToString(plaintext) })
}

// Hang has the server take requests and not answer until the test has ended.
func (v *Vault) Hang() {
	hang := make(chan struct{})
	v.t.Cleanup(func() { close(hang) })
	v.change(func() { v.hang = hang })
}

// Stop ends the server.
func (v *Vault) Stop() { v.server.Close() }

func (v *Vault) change(do func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	do()
}

type transit struct {
	Plaintext  string `json:"plaintext"`
	Ciphertext string `json:"ciphertext"`
	Associated string `json:"associated_data"`
}

func (v *Vault) serve(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.Requests = append(v.Requests, r.URL.Path)
	if hang := v.hang; hang != nil {
		v.mu.Unlock()
		select {
		case <-hang:
		case <-r.Context().Done():
		}
		v.mu.Lock()
		return
	}
	var in transit
	verb, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/transit/"), "/")
	switch {
	case v.sealed:
		refuse(w, http.StatusServiceUnavailable, "Vault is sealed")
	case r.Header.Get("X-Vault-Token") != v.token || verb == v.forbids:
		refuse(w, http.StatusForbidden, "permission denied")
	case r.Header.Get("X-Vault-Request") != "true":
		refuse(w, http.StatusPreconditionFailed, "missing 'X-Vault-Request' header")
	case r.Method != http.MethodPut && r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&in) != nil:
		refuse(w, http.StatusBadRequest, "error parsing JSON")
	case v.keys[name] == nil:
		refuse(w, http.StatusBadRequest, "encryption key not found")
	case verb == "encrypt":
		v.encrypt(w, name, in)
	case verb == "decrypt":
		v.decrypt(w, name, in)
	default:
		refuse(w, http.StatusNotFound, "no handler for route")
	}
}

func (v *Vault) encrypt(w http.ResponseWriter, name string, in transit) {
	plain, _ := base64.StdEncoding.DecodeString(in.Plaintext)
	associated, _ := base64.StdEncoding.DecodeString(in.Associated)
	version := len(v.keys[name])
	sealed, err := v.keys[name][version-1].Encrypt(plain, associated)
	if err != nil {
		v.t.Error(err)
	}
	give(w, map[string]any{"ciphertext": "vault:v" + strconv.Itoa(version) + ":" + base64.StdEncoding.EncodeToString(sealed), "key_version": version})
}

func (v *Vault) decrypt(w http.ResponseWriter, name string, in transit) {
	parts := strings.SplitN(in.Ciphertext, ":", 3)
	if len(parts) != 3 || parts[0] != "vault" {
		refuse(w, http.StatusBadRequest, "invalid ciphertext: no prefix")
		return
	}
	version, err := strconv.Atoi(strings.TrimPrefix(parts[1], "v"))
	if err != nil || version < 1 || version > len(v.keys[name]) {
		refuse(w, http.StatusBadRequest, "invalid ciphertext: version is too new")
		return
	}
	if version < v.least[name] {
		refuse(w, http.StatusBadRequest, "ciphertext or signature version is disallowed by policy (too old)")
		return
	}
	sealed, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid ciphertext: could not decode base64")
		return
	}
	associated, _ := base64.StdEncoding.DecodeString(in.Associated)
	plain, err := v.keys[name][version-1].Decrypt(sealed, associated)
	if err != nil {
		refuse(w, http.StatusBadRequest, "cipher: message authentication failed")
		return
	}
	answer := base64.StdEncoding.EncodeToString(plain)
	if v.swapped != "" {
		answer = v.swapped
	}
	give(w, map[string]any{"plaintext": answer})
}

func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string][]string{"errors": {text}}) // who has hung up reads nothing
}

func give(w http.ResponseWriter, data map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"request_id": "1", "data": data}) // who has hung up reads nothing
}
