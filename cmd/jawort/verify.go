package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/spf13/cobra"

	"github.com/jawort/jawort/approval"
)

func newVerify() *cobra.Command {
	var keyFile, rpID string
	var origins []string
	cmd := &cobra.Command{
		Use:   "verify RECEIPT",
		Short: "Check the evidence of an outcome, without network",
		Long: "Checks that a published receipt key signed the receipt, and that the phone's credential or the passkey in it signed this decision over this\n" +
			"document with user verification. RECEIPT is a file, or - for standard input. The keys are the body of /.well-known/jwks.json.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			compact, err := readReceipt(cmd, args[0])
			if err != nil {
				return err
			}
			published, err := readKeys(keyFile)
			if err != nil {
				return err
			}
			rp, err := approval.NewRelyingParty(rpID, rpID, origins)
			if err != nil || rpID == "" {
				return errors.New("--rp-id: must be the host name of mobile-api, or the application's RP ID")
			}
			receipt, err := approval.VerifyReceipt(compact, published, rp)
			if err != nil {
				return unproved(err)
			}
			return show(cmd, receipt, func(w io.Writer) error { return describe(w, receipt) })
		},
	}
	cmd.Flags().StringVar(&keyFile, "keys", "", "JWK set with the receipt keys")
	cmd.Flags().StringVar(&rpID, "rp-id", "", "relying party id: the host of mobile-api; of a passkey's receipt that of the application")
	cmd.Flags().StringSliceVar(&origins, "origin", nil, "origin of the companion app, web or native, or of the application's pages (repeatable)")
	for _, flag := range []string{"keys", "rp-id", "origin"} {
		required(cmd, flag)
	}
	withJSON(cmd)
	return cmd
}

// unproved says what does not hold in the words of this command's flags.
func unproved(err error) error {
	var elsewhere *approval.OriginError
	switch {
	case errors.Is(err, jose.ErrCryptoFailure):
		return errors.New("the signature of the receipt does not hold")
	case errors.As(err, &elsewhere) && readable(elsewhere.Origin):
		return fmt.Errorf("%w: it was signed for %s, which is not among --origin", approval.ErrReceipt, elsewhere.Origin)
	}
	return err
}

// readable reports whether outside text can stand in a sentence without imitating the rest of it.
func readable(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func readReceipt(cmd *cobra.Command, path string) (string, error) {
	in := cmd.InOrStdin()
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer file.Close()
		in = file
	}
	b, err := io.ReadAll(in)
	if err != nil {
		return "", err
	}
	compact := strings.TrimSpace(string(b))
	if compact == "" {
		return "", errors.New("the file holds no receipt")
	}
	return compact, nil
}

func readKeys(path string) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	b, err := os.ReadFile(path)
	if err != nil {
		return set, err
	}
	if err := json.Unmarshal(b, &set); err != nil {
		return set, fmt.Errorf("%s is not a JWK set: %w", path, err)
	}
	return set, nil
}

// describe says in words what was proved; outside text is quoted, so that it cannot imitate this output.
func describe(w io.Writer, r approval.Receipt) error {
	document, err := approval.ParseDocument(r.Document)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "valid: %s %s at %s\n", r.Status, signer(r), r.DecidedAt.Format(time.RFC3339))
	fmt.Fprintf(w, "  approval     %s, %s for account %q\n", r.Approval, document.Kind, document.Account.Label)
	fmt.Fprintf(w, "  asked by     %q, %q\n", document.Tenant.Name, document.Application.Name)
	fmt.Fprintf(w, "  browser      %q on %q from %s\n", document.Browser.Name, document.Browser.OS, document.Browser.IP)
	for _, d := range document.Details {
		fmt.Fprintf(w, "  detail       %q: %q\n", d.Label, d.Value)
	}
	_, err = fmt.Fprintf(w, "  credential   enrolled %s, attestation %q\n", r.Credential.EnrolledAt.Format(time.RFC3339), r.Credential.Attestation)
	return err
}

// signer is what signed. Whose a passkey is nobody states: that of the account.
func signer(r approval.Receipt) string {
	if r.Method == approval.MethodPasskey {
		return fmt.Sprintf("by the passkey %q", r.Label)
	}
	return fmt.Sprintf("on %q by %q", r.Label, r.Holder)
}
