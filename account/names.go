package account

import (
	"net/url"
	"slices"

	"maps"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

const maxExternalID = 128

// ValidateExternalID refuses a login number that could not be stored or shown.
func ValidateExternalID(s string) error {
	if s == "" || len(s) > maxExternalID {
		return refusal.Field("account", "must be the login number of the account, 1 to 128 bytes")
	}
	return approval.CheckText("account", s)
}

// ValidateName refuses an empty name or one that is not fit to be shown.
func ValidateName(field, s string) error {
	if s == "" {
		return refusal.Field(field, "must not be empty")
	}
	return approval.CheckText(field, s)
}

func checkNames(texts map[string]string) error {
	for _, field := range slices.Sorted(maps.Keys(texts)) {
		if err := approval.CheckText(field, texts[field]); err != nil {
			return err
		}
	}
	return nil
}

// ValidateOrigin refuses what a browser would never send as Origin.
func ValidateOrigin(s string) error {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || s != u.Scheme+"://"+u.Host {
		return refusal.Field("origins", "must look like https://login.example: scheme, host and port, nothing behind it")
	}
	return nil
}
