package backup

import (
	"strings"
	"testing"
)

func FuzzEnvironmentOfAURL(f *testing.F) {
	for _, seed := range []string{"postgres://user:secret@localhost:5432/db?sslmode=disable", "postgres:///db?host=/run", "postgresql://a,b/db", "postgres://%zz", "", "sqlite://x", "sqlite::memory:", "mysql://a", "postgres://u:p@h/d?options=-c%20a=b&search_path=x%20y", "postgres://h/d?PGPASSWORD=x", "postgres://h/d?sslpassword=p", "postgres://[::1]:5432/d", "postgres://h/d?a=%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, url string) {
		if _, err := howOf(url); err != nil {
			if _, rest, ok := strings.Cut(url, ":"); ok && len(rest) > 12 && strings.Contains(err.Error(), rest) {
				t.Errorf("the error repeats %q", url)
			}
			return
		}
		env, err := environment(url)
		if err != nil {
			return
		}
		for _, entry := range env {
			if name, _, ok := strings.Cut(entry, "="); !ok || !strings.HasPrefix(name, "PG") {
				t.Errorf("%q sets %q", url, entry)
			}
		}
	})
}
