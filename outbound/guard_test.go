package outbound_test

import (
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/jawort/jawort/outbound"
)

func wantProhibited(t *testing.T, err error) {
	t.Helper()
	if !outbound.Prohibited(err) || outbound.Reason(err) != "address-not-allowed" {
		t.Errorf("got %v", err)
	}
}

func TestNoPrivateAddressIsReachedHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	reached := target(t, func(http.ResponseWriter, *http.Request) { t.Error("a private address was reached") })
	c := outbound.NewClient(outbound.Options{Port: anyPort, Timeout: patience})
	for _, host := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "100.100.100.200",
		"169.254.169.254", "168.63.129.16", "192.0.0.192", "224.0.0.1", "255.255.255.255", "localhost",
		"[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]",
		"[fe80::1]", "[fd00::1]", "[fd00:ec2::254]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001::1]", "[ff02::1]",
	} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			_, err := get(t, c, "http://"+host+":"+portOf(reached))
			wantProhibited(t, err)
		})
	}
}

// Where the system's resolver takes such a host for an address, the guard sees the address; where it does not, there
// is no such name.
func TestAnAddressInDisguiseIsNotReached(t *testing.T) {
	t.Parallel()
	reached := target(t, func(http.ResponseWriter, *http.Request) { t.Error("a private address was reached") })
	r, _ := resolver(t, nil)
	for name, c := range map[string]*http.Client{
		"the system's resolver": outbound.NewClient(outbound.Options{Port: anyPort, Timeout: patience}),
		"Go's own resolver":     outbound.NewClient(outbound.Options{Port: anyPort, Timeout: patience, Resolver: r}),
	} {
		for _, host := range []string{"2130706433", "0x7f000001", "017700000001", "127.1", "0177.0.0.1", "0x7f.1", "2852039166"} {
			t.Run(name+" "+host, func(t *testing.T) {
				t.Parallel()
				if _, err := get(t, c, "http://"+host+":"+portOf(reached)); err == nil {
					t.Error("it was reached")
				}
			})
		}
	}
}

func TestANameThatLeadsToAPrivateAddressIsNotReached(t *testing.T) {
	t.Parallel()
	reached := target(t, func(http.ResponseWriter, *http.Request) { t.Error("a private address was reached") })
	r, names := resolver(t, map[string][]string{
		"loopback.example.": {"127.0.0.1"}, "metadata.example.": {"169.254.169.254"}, "inside.example.": {"10.0.0.7"},
		"six.example.": {"::1"}, "local.example.": {"fd00:ec2::254"},
	})
	c := outbound.NewClient(outbound.Options{Port: anyPort, Timeout: patience, Resolver: r})
	hosts := []string{"loopback", "metadata", "inside", "six", "local"}
	for _, host := range hosts {
		_, err := get(t, c, "http://"+host+".example:"+portOf(reached))
		wantProhibited(t, err)
	}
	if n := names.given(); n != len(hosts) {
		t.Errorf("%d answers were given", n)
	}
}

// The name is resolved once more for each connection; an answer that was good the first time says nothing.
func TestANameThatIsPointedElsewhereInBetweenIsNotReached(t *testing.T) {
	t.Parallel()
	reached := target(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Connection", "close") })
	r, _ := resolver(t, map[string][]string{"rebound.example.": {"127.0.0.1", "127.0.0.2"}})
	c := outbound.NewClient(outbound.Options{Private: loopback, Port: anyPort, Timeout: patience, Resolver: r})
	if _, err := get(t, c, "http://rebound.example:"+portOf(reached)); err != nil {
		t.Fatalf("the allowed address: %v", err)
	}
	_, err := get(t, c, "http://rebound.example:"+portOf(reached))
	wantProhibited(t, err)
}

func TestPublicAddressesAreReachedAtTheAllowedPortsOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*http.Client{
		"no port": outbound.NewClient(outbound.Options{Private: loopback, Timeout: patience}),
		"one":     outbound.NewClient(outbound.Options{Private: loopback, Port: func(p uint16) bool { return p == 443 }, Timeout: patience}),
	} {
		for _, url := range []string{"http://93.184.216.34/", "http://93.184.216.34:22/", "http://[2606:2800:220:1::1]:8080/"} {
			t.Run(name+" "+url, func(t *testing.T) {
				t.Parallel()
				_, err := get(t, c, url)
				wantProhibited(t, err)
			})
		}
	}
}

func TestAnAllowedNetworkIsReachedAndNoMore(t *testing.T) {
	t.Parallel()
	there := target(t, func(http.ResponseWriter, *http.Request) {})
	c := outbound.NewClient(outbound.Options{Private: loopback, Timeout: patience})
	for _, host := range []string{"127.0.0.1", "[::ffff:127.0.0.1]"} {
		if _, err := get(t, c, "http://"+host+":"+portOf(there)); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	_, err := get(t, c, "http://127.0.0.2:"+portOf(there))
	wantProhibited(t, err)
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	beyond := target(t, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
	first := target(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, beyond.URL, http.StatusTemporaryRedirect)
	})
	c := outbound.NewClient(outbound.Options{Private: loopback, Timeout: patience})
	resp, err := get(t, c, first.URL)
	if err != nil || resp.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("got %v, %v", resp, err)
	}
}

func TestAddressesAreToldApartBeforeTheyAreDialled(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1": true, "::ffff:127.0.0.1": true, "93.184.216.34": true, "2606:2800:220:1::1": true,
		"127.0.0.2": false, "::ffff:10.0.0.1": false, "169.254.169.254": false, "fe80::1%eth0": false, "::1": false,
	} {
		if got := outbound.Allows(loopback, netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: allowed is %t", address, got)
		}
	}
}

func TestAServerThatHangsIsLeftAfterTheTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	hanging := target(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	c := outbound.NewClient(outbound.Options{Private: loopback, Timeout: 200 * time.Millisecond})
	_, err := get(t, c, hanging.URL)
	if outbound.Reason(err) != "timeout" {
		t.Errorf("got %v", err)
	}
}
