package dpop

import (
	"fmt"
	"net/url"
	"strings"
)

// normalise brings an http(s) address into the form in which two spellings of the same one are equal (RFC 3986,
// 6.2.2 and 6.2.3), without query and fragment, which RFC 9449, 4.3 ignores.
func normalise(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("dpop: address: %w", err)
	}
	defaultPort, ok := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	if !ok || u.Hostname() == "" || u.User != nil {
		return "", fmt.Errorf("dpop: not an absolute http(s) address")
	}
	host := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(u.Host), defaultPort), ":")
	segments := strings.Split(u.JoinPath().EscapedPath(), "/")
	for i, s := range segments {
		plain, err := url.PathUnescape(s)
		if err != nil {
			return "", fmt.Errorf("dpop: address: %w", err)
		}
		segments[i] = url.PathEscape(plain)
		if plain == "." || plain == ".." { // written like this it was no step up, and must not become one
			segments[i] = strings.ReplaceAll(plain, ".", "%2E")
		}
	}
	path := strings.Join(segments, "/")
	if path == "" {
		path = "/"
	}
	return u.Scheme + "://" + host + path, nil
}
