// Package country says in which country an address lies, by a database of networks in MaxMind's format (mmdb), such as
// GeoLite2 Country or DB-IP Lite. It is a hint: a browser that moves on to another country is asked again.
package country

import (
	"fmt"
	"net/netip"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Database is an open database of networks. It is safe for concurrent use.
type Database struct{ reader *maxminddb.Reader }

// Open opens the database at path, and refuses one that is damaged.
func Open(path string) (*Database, error) {
	reader, err := maxminddb.Open(path)
	if err != nil {
		return nil, fmt.Errorf("country: %s: %w", path, err)
	}
	d := &Database{reader}
	if err := reader.Verify(); err != nil {
		return nil, fmt.Errorf("country: %s is damaged: %w", path, err)
	}
	return d, nil
}

// Of returns the country of the address as ISO 3166-1 alpha-2; empty where the database does not know it.
func (d *Database) Of(addr netip.Addr) string {
	var code string
	if err := d.reader.Lookup(addr).DecodePath(&code, "country", "iso_code"); err != nil || !plausible(code) {
		return ""
	}
	return code
}

// plausible keeps whatever else a database holds from being shown on phones.
func plausible(code string) bool {
	return len(code) == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z'
}

// Close releases the file.
func (d *Database) Close() error { return d.reader.Close() }
