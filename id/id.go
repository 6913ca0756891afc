// Package id makes and checks the identifiers that appear on the wire: a prefix that names the kind
// and 128 random bits, at most 32 characters in all.
package id

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// Prefixes of the kinds. An approval's id carries its partition between prefix and random part
// (see package approval).
const (
	Approval     = "apr_"
	Tenant       = "ten_"
	Application  = "app_"
	Key          = "key_"
	Account      = "acc_"
	Installation = "ins_"
	Device       = "dev_"
	Enrolment    = "enr_"
	Request      = "req_"
	Group        = "grp_"
	Browser      = "brw_" // a trusted browser
	Message      = "msg_" // an SMS or e-mail
	Activation   = "act_"
	Bypass       = "byp_"
	Passkey      = "pky_"
	Webhook      = "whk_"
	Delivery     = "whd_" // of one event to one webhook
	Event        = "evt_"
	AuditEntry   = "aud_"
	Invitation   = "inv_"
	Notice       = "ntc_" // to a phone
	TestPush     = "tst_"
	Recovery     = "rec_" // of an account whose phone is lost
	Portal       = "por_" // of an account's own person in the portal
	Process      = "prc_" // one run of a program
	Operator     = "opr_" // who runs the installation, or a tenant, in the console
	Sitting      = "ops_" // of an operator in a browser
)

const randomBytes = 16

const alphabet = "abcdefghijklmnopqrstuvwxyz234567"

var encoding = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// randomChars is the length of 128 bits in base32.
var randomChars = encoding.EncodedLen(randomBytes)

// New returns prefix followed by 128 bits read from random.
func New(random io.Reader, prefix string) (string, error) {
	var b [randomBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("id: read randomness: %w", err)
	}
	return prefix + encoding.EncodeToString(b[:]), nil
}

// Valid reports whether s is prefix followed by the random part of an id.
func Valid(prefix, s string) bool {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok || len(rest) != randomChars || strings.Trim(rest, alphabet) != "" { // the decoder skips line breaks, and takes the byte 0xff for padding
		return false
	}
	_, err := encoding.DecodeString(rest)
	return err == nil
}
