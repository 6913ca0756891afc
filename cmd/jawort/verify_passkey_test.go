package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/client"
)

// passkey is one of a browser on the login page, by an implementation that is not ours.
type passkey struct {
	*installation
	page virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

// register makes a passkey for the account.
func (i *installation) register() *passkey {
	i.t.Helper()
	const whole = 77 // bytes of a P-256 COSE_Key: this authenticator misspells keys whose coordinates begin with zeros
	k := &passkey{installation: i, page: virtualwebauthn.RelyingParty{ID: pageHost, Origin: pageOrigin}, auth: virtualwebauthn.NewAuthenticator()}
	for k.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(k.cred.Key.AttestationData()) != whole; {
		k.cred = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	c, ctx := i.client(), i.t.Context()
	_, err := c.PutAccount(ctx, loginNumber, "Office South")
	k.must(err)
	started, err := c.StartPasskey(ctx, loginNumber)
	k.must(err)
	challenge, user := k.read(started.Options)
	k.auth.Options.UserHandle = user
	made := virtualwebauthn.CreateAttestationResponse(k.page, k.auth, k.cred, virtualwebauthn.AttestationOptions{Challenge: challenge})
	k.must(c.FinishPasskey(ctx, loginNumber, json.RawMessage(made), "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"))
	return k
}

func (k *passkey) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// read returns challenge and user handle of options.
func (k *passkey) read(options json.RawMessage) (challenge, user []byte) {
	k.t.Helper()
	var o struct {
		Challenge string
		User      struct{ ID string }
	}
	k.must(json.Unmarshal(options, &o))
	challenge, err := base64.RawURLEncoding.DecodeString(o.Challenge)
	k.must(err)
	user, err = base64.RawURLEncoding.DecodeString(o.User.ID)
	k.must(err)
	return challenge, user
}

// confirm confirms a login and returns its receipt.
func (k *passkey) confirm(a client.Approval) string {
	k.t.Helper()
	c, ctx := k.client(), k.t.Context()
	options, err := c.AskForPasskey(ctx, a.ID)
	k.must(err)
	challenge, _ := k.read(options)
	signed := virtualwebauthn.CreateAssertionResponse(k.page, k.auth, k.cred, virtualwebauthn.AssertionOptions{Challenge: challenge})
	k.must(c.ConfirmByPasskey(ctx, a.ID, json.RawMessage(signed)))
	receipt, err := c.Receipt(ctx, a.ID)
	k.must(err)
	return receipt
}

func TestTheReceiptOfAPasskeyIsVerifiedWithoutTheServiceAndItsEvidenceInTheDatabase(t *testing.T) {
	t.Parallel()
	i := installed(t)
	i.run("server")
	k := i.register()
	good := evidence{keep(t, k.confirm(i.ask("browser"))+"\n"), keep(t, i.published()), pageOrigin}
	stdout, stderr, err := good.verify(t, pageHost)
	if err != nil || !strings.HasPrefix(stdout, `valid: approved by the passkey "Firefox`) || !strings.Contains(stdout, `for account "Office South"`) {
		t.Fatalf("%v, said %q %q", err, stdout, stderr)
	}
	for name, c := range map[string]struct {
		e    evidence
		rpID string
		says string
	}{
		"another payload":      {evidence{tampered(t, good.receipt, 1), good.keys, pageOrigin}, pageHost, "the signature of the receipt does not hold"},
		"the host of phones":   {good, "localhost", `it was signed for another relying party than "localhost"`},
		"a page of its host":   {evidence{good.receipt, good.keys, "http://shop.localhost:9000"}, pageHost, "it was signed for " + pageOrigin + ", which is not among --origin"},
		"a key that is not it": {evidence{good.receipt, keep(t, `{"keys":[]}`), pageOrigin}, pageHost, "is not among those published"},
	} {
		if stdout, stderr, err := c.e.verify(t, c.rpID); err == nil || stdout != "" || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: %v, said %q %q; want %q", name, err, stdout, stderr, c.says)
		}
	}
	i.exported("approval.approved", 1)
	i.verifyDatabase()
}

func TestThePublishedReceiptsOfPasskeysAreJudgedByTheCommandAsTheySay(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../../docs/vectors/passkeys-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		RPID     string `json:"rp_id"`
		Origins  []string
		Keys     json.RawMessage `json:"receipt_keys"`
		Receipts []struct {
			Name, Receipt string
			Valid         bool
		}
	}
	if err := json.Unmarshal(file, &v); err != nil || len(v.Receipts) < 3 {
		t.Fatalf("%d receipts, %v", len(v.Receipts), err)
	}
	for _, r := range v.Receipts {
		stdout, stderr, err := evidence{keep(t, r.Receipt), keep(t, string(v.Keys)), v.Origins[0]}.verify(t, v.RPID)
		if (err == nil) != r.Valid || strings.HasPrefix(stdout, "valid: approved by the passkey ") != r.Valid {
			t.Errorf("%s: %v, said %q %q, valid should be %v", r.Name, err, stdout, stderr, r.Valid)
		}
	}
}
