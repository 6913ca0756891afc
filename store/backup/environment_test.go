package backup

import (
	"slices"
	"testing"
)

func TestAURLBecomesTheEnvironmentOfPostgresOwnTools(t *testing.T) {
	t.Parallel()
	for url, want := range map[string][]string{
		"postgres://ada:p%40ss@db.example:5433/jawort?sslmode=verify-full&sslrootcert=/ca.pem": {
			"PGDATABASE=jawort", "PGHOST=db.example", "PGPASSWORD=p@ss", "PGPORT=5433", "PGSSLMODE=verify-full", "PGSSLROOTCERT=/ca.pem", "PGUSER=ada",
		},
		"postgres://postgres@/jawort?host=%2Frun%2Fpostgresql":               {"PGDATABASE=jawort", "PGHOST=/run/postgresql", "PGUSER=postgres"},
		"postgres://a,b:5433/jawort?target_session_attrs=read-write":         {"PGDATABASE=jawort", "PGHOST=a,b", "PGPORT=,5433", "PGTARGETSESSIONATTRS=read-write"},
		"postgres://[::1]:5432/jawort":                                       {"PGDATABASE=jawort", "PGHOST=::1", "PGPORT=5432"},
		"postgres://h/jawort?search_path=our+own&statement_cache_capacity=1": {"PGDATABASE=jawort", "PGHOST=h", `PGOPTIONS=-c search_path=our\ own`},
	} {
		if got, err := environment(url); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", url, got, err)
		}
	}
	if _, err := environment("postgres://h/jawort?sslpassword=x"); err == nil {
		t.Error("a password that no variable takes is left out")
	}
}
