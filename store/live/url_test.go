package live

import (
	"slices"
	"strings"
	"testing"
)

func TestURLsNameTheTopology(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url                    string
		addrs                  []string
		user, password, master string
		db                     int
		cluster, tls           bool
	}{
		{url: "redis://h:1", addrs: []string{"h:1"}},
		{url: "redis://h:1/3", addrs: []string{"h:1"}, db: 3},
		{url: "rediss://:p%40ss%2F@h:1", addrs: []string{"h:1"}, password: "p@ss/", tls: true},
		{url: "redis+cluster://u:p@h1:1,h2:2", addrs: []string{"h1:1", "h2:2"}, user: "u", password: "p", cluster: true},
		{url: "rediss+sentinel://h1:1,h2:2/main", addrs: []string{"h1:1", "h2:2"}, master: "main", tls: true},
	} {
		o, err := parseURL(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		if !slices.Equal(o.Addrs, c.addrs) || o.Username != c.user || o.Password != c.password || o.MasterName != c.master ||
			o.DB != c.db || o.IsClusterMode != c.cluster || (o.TLSConfig != nil) != c.tls {
			t.Errorf("%s: read as %+v", c.url, o)
		}
	}
}

func TestAWrongURLIsRefusedWithoutShowingThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "secret", "http://:secret@h:1", "redis://secret@h:1", "redis://:secret@h", "redis://:secret@:1", "redis://:secret@h:1/x",
		"redis://:secret@h:1,h:2", "redis+cluster://:secret@h:1/1", "redis+sentinel://:secret@h:1", "redis+ring://:secret@h:1", "redis://:secret%zz@h:1",
	} {
		_, err := parseURL(url)
		if err == nil {
			t.Errorf("%q is accepted", url)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows the password: %v", url, err)
		}
	}
}
