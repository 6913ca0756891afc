package config

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// parsePublicURL reads the address under which the world reaches a face.
func parsePublicURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case s == "":
		return nil, errors.New("is missing: it is the address under which others reach this API, such as https://jawort.example")
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "":
		return nil, errors.New("must be a URL such as https://jawort.example")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.HasSuffix(u.Path, "/"):
		return nil, errors.New("must end with host or path: no user, query, fragment or slash at the end")
	case u.Host != strings.ToLower(u.Host):
		return nil, errors.New("must be in lower case")
	}
	return u, nil
}

// origin is what browsers send for pages of u.
func origin(u *url.URL) string {
	host := u.Host
	if port := u.Port(); (u.Scheme == "https" && port == "443") || (u.Scheme == "http" && port == "80") {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return u.Scheme + "://" + host
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || (ip != nil && ip.IsLoopback())
}
