package backup_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/store/backup"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// kind is a kind of database.
type kind struct {
	migrated, empty func(t *testing.T) (url string)
}

var kinds = map[string]kind{
	"postgres": {func(t *testing.T) string { return pgtest.New(t) }, func(t *testing.T) string { return pgtest.Empty(t) }},
	"sqlite":   {inFolder, inFolder},
}

func inFolder(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "a file?.db") }

func onEach(t *testing.T, test func(t *testing.T, k kind)) {
	t.Helper()
	t.Parallel()
	for name, k := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, k)
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put adds tenants, which stand for all that is kept.
func put(ctx context.Context, d *db.DB, from, to int) error {
	for n := from; n < to; n++ {
		_, err := db.Exec(ctx, d.Writes(), `INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, jawort_now())`, fmt.Sprintf("ten_%06d", n), strings.Repeat("x", 200))
		if err != nil {
			return err
		}
	}
	return nil
}

// tenants counts, and wants no gap: what is there is what was there at one moment.
func tenants(t *testing.T, d *db.DB) int {
	t.Helper()
	all, err := db.All(t.Context(), d.Reads(), db.ScanString, `SELECT id FROM tenants ORDER BY id`)
	must(t, err)
	for n, id := range all {
		if id != fmt.Sprintf("ten_%06d", n) {
			t.Fatalf("the %d. is %s", n, id)
		}
	}
	return len(all)
}

func TestABackupThatIsTakenWhileOthersWriteIsOneMoment(t *testing.T) {
	onEach(t, func(t *testing.T, k kind) {
		url := k.migrated(t)
		d := dbtest.Open(t, url)
		must(t, put(t.Context(), d, 0, 300))
		writing, stop := context.WithCancel(t.Context())
		wrote := make(chan error, 1)
		go func() { wrote <- put(writing, d, 300, 100_000) }()
		file := filepath.Join(t.TempDir(), "backup")
		must(t, backup.Take(t.Context(), url, file))
		stop()
		<-wrote

		to := k.empty(t)
		must(t, backup.Bring(t.Context(), to, file))
		restored := dbtest.Open(t, to)
		if was, is := tenants(t, restored), tenants(t, d); was < 300 || was > is {
			t.Errorf("%d are there of %d", was, is)
		}
		must(t, put(t.Context(), restored, 200_000, 200_001))
		info, err := os.Stat(file)
		must(t, err)
		if info.Mode() != 0o600 {
			t.Errorf("the file has mode %v", info.Mode())
		}
	})
}

func TestABackupLeavesTheSchemaAsItIs(t *testing.T) {
	onEach(t, func(t *testing.T, k kind) {
		url := k.migrated(t)
		d := dbtest.Open(t, url)
		const older = `DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)`
		_, err := db.Exec(t.Context(), d.Writes(), older)
		must(t, err)
		newest := func() int64 {
			n, err := db.One(t.Context(), d.Reads(), db.ScanInt64, `SELECT MAX(version_id) FROM goose_db_version`)
			must(t, err)
			return n
		}
		before := newest()
		must(t, backup.Take(t.Context(), url, filepath.Join(t.TempDir(), "backup")))
		if newest() != before {
			t.Error("taking a backup migrated the database")
		}
	})
}

func TestNoFileIsOverwrittenAndNoneIsLeftBehind(t *testing.T) {
	onEach(t, func(t *testing.T, k kind) {
		url, folder := k.migrated(t), t.TempDir()
		dbtest.Open(t, url)
		file := filepath.Join(folder, "backup")
		must(t, os.WriteFile(file, []byte("mine"), 0o600))
		if err := backup.Take(t.Context(), url, file); !errors.Is(err, backup.ErrExists) {
			t.Errorf("over a file: %v", err)
		}
		if kept, err := os.ReadFile(file); err != nil || string(kept) != "mine" {
			t.Errorf("it holds %q, %v", kept, err)
		}
		if err := backup.Take(t.Context(), nowhere(url), filepath.Join(folder, "other")); err == nil {
			t.Error("a database that is not there was taken away")
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
			t.Errorf("left are %v, %v", left, err)
		}
	})
}

// nowhere is a database that is not there, whose URL holds a password.
func nowhere(url string) string {
	if strings.HasPrefix(url, "postgres:") {
		return "postgres://ada:secret-of-ada@127.0.0.1:1/jawort?connect_timeout=5"
	}
	return url + "nowhere"
}

func TestNobodyIsToldThePasswordOfADatabase(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "backup")
	must(t, os.WriteFile(file, []byte("PGDMP"), 0o600))
	for name, err := range map[string]error{
		"taking":   backup.Take(t.Context(), nowhere("postgres:"), file+"2"),
		"bringing": backup.Bring(t.Context(), nowhere("postgres:"), file),
		"badly":    backup.Take(t.Context(), "postgres://ada:secret-of-ada@h:x/jawort", file+"2"),
		"other":    backup.Take(t.Context(), "mysql://ada:secret-of-ada@h/jawort", file+"2"),
	} {
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADamagedFileIsRefusedAndLeavesTheDatabaseEmpty(t *testing.T) {
	onEach(t, func(t *testing.T, k kind) {
		url := k.migrated(t)
		d := dbtest.Open(t, url)
		must(t, put(t.Context(), d, 0, 500))
		file := filepath.Join(t.TempDir(), "backup")
		must(t, backup.Take(t.Context(), url, file))
		good, err := os.ReadFile(file)
		must(t, err)
		to := k.empty(t)
		for name, content := range map[string][]byte{
			"nothing":                nil,
			"something else":         []byte("-- a dump in SQL\n" + strings.Repeat("SELECT 1;\n", 100)),
			"its beginning":          good[:200],
			"its half":               good[:len(good)/2],
			"all but its last bytes": good[:len(good)-20],
			"a hole in it":           slices.Concat(good[:len(good)/2], make([]byte, 4096), good[len(good)/2+4096:]),
		} {
			damaged := filepath.Join(t.TempDir(), "damaged")
			must(t, os.WriteFile(damaged, content, 0o600))
			if err := backup.Bring(t.Context(), to, damaged); err == nil {
				t.Errorf("%s was brought back", name)
			}
		}
		must(t, backup.Bring(t.Context(), to, file))
		if n := tenants(t, dbtest.Open(t, to)); n != 500 {
			t.Errorf("%d are there", n)
		}
	})
}

func TestADatabaseThatIsNotEmptyStaysAsItIs(t *testing.T) {
	onEach(t, func(t *testing.T, k kind) {
		url := k.migrated(t)
		d := dbtest.Open(t, url)
		file := filepath.Join(t.TempDir(), "backup")
		must(t, backup.Take(t.Context(), url, file))
		must(t, put(t.Context(), d, 0, 3))
		if err := backup.Bring(t.Context(), url, file); !errors.Is(err, backup.ErrNotEmpty) {
			t.Errorf("bringing: %v", err)
		}
		if n := tenants(t, d); n != 3 {
			t.Errorf("%d are there", n)
		}
	})
}

func TestALogOfAnotherDatabaseIsNotPlayedIntoARestoredOne(t *testing.T) {
	t.Parallel()
	url := inFolder(t)
	dbtest.Open(t, url)
	file := filepath.Join(t.TempDir(), "backup")
	must(t, backup.Take(t.Context(), url, file))
	to := inFolder(t)
	log := strings.TrimPrefix(to, "sqlite://") + "-wal"
	must(t, os.WriteFile(log, []byte("of another"), 0o600))
	if err := backup.Bring(t.Context(), to, file); !errors.Is(err, backup.ErrNotEmpty) || !strings.Contains(err.Error(), log) {
		t.Errorf("beside a log: %v", err)
	}
	must(t, os.Remove(log))
	must(t, backup.Bring(t.Context(), to, file))
}

func TestADatabaseInMemoryHasNoBackup(t *testing.T) {
	t.Parallel()
	if err := backup.Take(t.Context(), "sqlite::memory:", filepath.Join(t.TempDir(), "backup")); !errors.Is(err, backup.ErrMemory) {
		t.Errorf("taking: %v", err)
	}
}
