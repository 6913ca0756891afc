package pgserver_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgserver"
)

var settings = []string{"fsync=off", "synchronous_commit=on", "shared_buffers=16MB"}

func start(t *testing.T, o pgserver.Options) *pgserver.Server {
	t.Helper()
	s, err := pgserver.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Remove)
	return s
}

func TestAStandbyThatIsPromotedHasAllThatWasAcknowledgedAndIsFoundByTheSameURL(t *testing.T) {
	t.Parallel()
	primary := start(t, pgserver.Options{Settings: append([]string{"synchronous_standby_names=" + pgserver.Standby}, settings...)})
	standby := start(t, pgserver.Options{Settings: settings, Follows: primary})
	store, err := db.Open(t.Context(), primary.WritableURL("postgres", standby), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	write := func(name string) error {
		_, err := db.Exec(t.Context(), store.Writes(), `INSERT INTO tenants (id, name, created_at) VALUES ($1, $1, 1)`, name)
		return err
	}
	if err := write("ten_before"); err != nil {
		t.Fatal(err)
	}
	primary.Kill()
	if err := write("ten_between"); err == nil {
		t.Fatal("something was acknowledged by nobody")
	}
	if err := standby.Promote(); err != nil {
		t.Fatal(err)
	}
	if err := write("ten_after"); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), standby.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var kept int
	if err := conn.QueryRow(t.Context(), `SELECT COUNT(*) FROM tenants WHERE id IN ('ten_before', 'ten_after')`).Scan(&kept); err != nil || kept != 2 {
		t.Errorf("the promoted standby has %d of 2, %v", kept, err)
	}
}
