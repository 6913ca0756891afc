package ledger

import (
	"strconv"

	"github.com/nyaruka/phonenumbers"
)

const (
	// Who pumps uses numbers that lie close together. So many digits behind the country's name such a neighbourhood,
	// but never so many that what is left open could be guessed.
	neighbourDigits = 5
	openDigits      = 4
)

// Destination is where a number leads.
type Destination struct {
	Country string // ISO 3166, or 001 for numbers of no country
	Prefix  string // the country's code and the first digits of the number: its neighbourhood
}

// DestinationOf returns where a number in E.164 leads, or ErrNoPrice: what is no number has no price.
func DestinationOf(number string) (Destination, error) {
	parsed, err := phonenumbers.Parse(number, "")
	if err != nil || phonenumbers.Format(parsed, phonenumbers.E164) != number {
		return Destination{}, ErrNoPrice
	}
	code := strconv.Itoa(int(parsed.GetCountryCode()))
	national := phonenumbers.GetNationalSignificantNumber(parsed)
	known := max(0, min(neighbourDigits, len(national)-openDigits))
	country := phonenumbers.GetRegionCodeForNumber(parsed)
	if country == "" { // the code is a country's, the number nobody's yet
		country = phonenumbers.GetRegionCodeForCountryCode(int(parsed.GetCountryCode()))
	}
	return Destination{Country: country, Prefix: "+" + code + national[:known]}, nil
}

// callingCode returns the beginning of all numbers of a country, or "" where there is no such country.
func callingCode(country string) string {
	code := phonenumbers.GetCountryCodeForRegion(country)
	if code == 0 {
		return ""
	}
	return "+" + strconv.Itoa(code)
}
