// Package kmstest stands in for key management services: their protocols as the services' own clients speak them, over HTTP on this machine.
package kmstest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// AWS answers as AWS KMS does: JSON 1.1, one path, the call in a header, requests signed by SigV4 (whose signature it does not check).
type AWS struct {
	t      testing.TB
	server *httptest.Server

	mu       sync.Mutex
	keys     map[string]tink.AEAD // by ARN
	disabled map[string]bool
	denied   bool
	forbids  string // a call
}

// ARN names a key.
func ARN(name string) string { return "arn:aws:kms:eu-central-1:111122223333:key/" + name }

// NewAWS starts one that has the keys.
func NewAWS(t testing.TB, names ...string) *AWS {
	t.Helper()
	a := &AWS{t: t, keys: map[string]tink.AEAD{}, disabled: map[string]bool{}}
	for _, name := range names {
		h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
		if err != nil {
			t.Fatal(err)
		}
		if a.keys[ARN(name)], err = aead.New(h); err != nil {
			t.Fatal(err)
		}
	}
	a.server = httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.server.Close)
	return a
}

// URL names a key as the configuration does.
func (a *AWS) URL(name string) string { return "aws-kms://" + ARN(name) }

// Environment is what a program needs to find the server and sign.
func (a *AWS) Environment() []string {
	return []string{"AWS_ENDPOINT_URL_KMS=" + a.server.URL, "AWS_ACCESS_KEY_ID=AKIAFORTESTSONLY", "AWS_SECRET_ACCESS_KEY=for-tests-only", "AWS_EC2_METADATA_DISABLED=true"}
}

// Disable has a key refuse everything.
func (a *AWS) Disable(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.disabled[ARN(name)] = true
}

// Deny has the service refuse the credentials.
func (a *AWS) Deny() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.denied = true
}

// Forbid has the service refuse one call, Encrypt or Decrypt, to these credentials.
func (a *AWS) Forbid(call string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forbids = call
}

type awsCall struct {
	KeyID   string            `json:"KeyId"`
	Plain   []byte            `json:"Plaintext,omitempty"`
	Blob    []byte            `json:"CiphertextBlob,omitempty"`
	Context map[string]string `json:"EncryptionContext,omitempty"`
}

func (a *AWS) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var in awsCall
	call, ours := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "TrentService.")
	key := a.keys
	switch {
	case !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=AKIAFORTESTSONLY/"):
		fail(w, "UnrecognizedClientException")
	case !ours || json.NewDecoder(r.Body).Decode(&in) != nil:
		fail(w, "UnknownOperationException")
	case a.denied || call == a.forbids:
		fail(w, "AccessDeniedException")
	case key[in.KeyID] == nil:
		fail(w, "NotFoundException")
	case a.disabled[in.KeyID]:
		fail(w, "DisabledException")
	case call == "Encrypt":
		a.encrypt(w, in)
	case call == "Decrypt":
		a.decrypt(w, in)
	default:
		fail(w, "UnknownOperationException")
	}
}

// encrypt names the key in the blob, as the service does.
func (a *AWS) encrypt(w http.ResponseWriter, in awsCall) {
	sealed, err := a.keys[in.KeyID].Encrypt(in.Plain, bound(in.Context))
	if err != nil {
		a.t.Error(err)
	}
	tell(w, map[string]string{"KeyId": in.KeyID, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
		"CiphertextBlob": base64.StdEncoding.EncodeToString(append([]byte(in.KeyID+"\x00"), sealed...))})
}

func (a *AWS) decrypt(w http.ResponseWriter, in awsCall) {
	name, sealed, is := strings.Cut(string(in.Blob), "\x00")
	if !is || a.keys[name] == nil {
		fail(w, "InvalidCiphertextException")
		return
	}
	if name != in.KeyID {
		fail(w, "IncorrectKeyException")
		return
	}
	plain, err := a.keys[name].Decrypt([]byte(sealed), bound(in.Context))
	if err != nil {
		fail(w, "InvalidCiphertextException")
		return
	}
	tell(w, map[string]string{"KeyId": in.KeyID, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "Plaintext": base64.StdEncoding.EncodeToString(plain)})
}

func bound(context map[string]string) []byte { b, _ := json.Marshal(context); return b } // a map of texts is always written

func fail(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code}) // who has hung up reads nothing
}

func tell(w http.ResponseWriter, v map[string]string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(v) // who has hung up reads nothing
}
