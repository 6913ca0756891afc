package country_test

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/jawort/jawort/server/country"
)

// written returns the path of a database with these networks.
func written(t *testing.T, networks map[string]mmdbtype.DataType) string {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "Test-Country", Description: map[string]string{"en": "Networks of a test"}, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for cidr, value := range networks {
		_, network, err := net.ParseCIDR(cidr)
		if err == nil {
			err = tree.Insert(network, value)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "country.mmdb")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.WriteTo(file); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func in(code string) mmdbtype.DataType {
	return mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(code)}}
}

func TestAnAddressLiesWhereTheDatabaseSays(t *testing.T) {
	t.Parallel()
	d, err := country.Open(written(t, map[string]mmdbtype.DataType{
		"203.0.113.0/24": in("DE"), "2001:db8:1::/48": in("FR"), "198.51.100.0/24": in("<b>"), "192.0.2.0/24": mmdbtype.Map{"continent": mmdbtype.String("EU")},
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for address, want := range map[string]string{
		"203.0.113.9": "DE", "2001:db8:1::7": "FR", "198.51.100.1": "", "192.0.2.1": "", "8.8.8.8": "", "2001:db8:2::1": "",
	} {
		if got := d.Of(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s lies in %q, want %q", address, got, want)
		}
	}
}

func TestWhatIsNoDatabaseOfNetworksIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "country.mmdb")
	if _, err := country.Open(path); err == nil {
		t.Error("a missing file was opened")
	}
	if err := os.WriteFile(path, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := country.Open(path); err == nil {
		t.Error("a text was opened as a database")
	}
}
