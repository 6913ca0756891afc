package factor

import (
	"strings"

	"github.com/jawort/jawort/refusal"
)

// Lengths of RFC 5321, section 4.5.3.1.
const (
	maxAddress = 254
	maxLocal   = 64
	maxDomain  = 253
	maxLabel   = 63
)

// ParseAddress returns an e-mail address in the form in which it is kept: its domain in lower case. Only plain ones are
// taken: a dot-atom of ASCII, @, and a domain name. Quoted forms, comments, display names and line breaks, by which a
// header or a second recipient could be smuggled in, are refused by naming field; the address is not repeated.
func ParseAddress(field, typed string) (string, error) {
	local, domain, ok := strings.Cut(typed, "@")
	if !ok || len(typed) > maxAddress || !dotAtom(local) || !domainName(domain) {
		return "", refusal.Field(field, "must be an e-mail address such as anna@example.com, in ASCII (write the domain as xn--… where it has other letters)")
	}
	return local + "@" + strings.ToLower(domain), nil
}

// MaskAddress returns what may be shown of an address: its first letter and its domain.
func MaskAddress(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" {
		return "•••"
	}
	return local[:1] + "•••@" + domain
}

// dotAtom is the local part of RFC 5322, section 3.2.3.
func dotAtom(s string) bool {
	if len(s) > maxLocal {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || strings.ContainsFunc(part, notAtom) {
			return false
		}
	}
	return true
}

func notAtom(r rune) bool { return !alphanumeric(r) && !strings.ContainsRune("!#$%&'*+/=?^_`{|}~-", r) }

// domainName wants at least two labels: an address without a dot leads to a machine of our own.
func domainName(s string) bool {
	if len(s) > maxDomain || !strings.Contains(s, ".") {
		return false
	}
	last := ""
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return !alphanumeric(r) && r != '-' }) {
			return false
		}
		last = label
	}
	return strings.ContainsFunc(last, func(r rune) bool { return r < '0' || r > '9' }) // no IP address
}

func alphanumeric(r rune) bool {
	return (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9')
}
