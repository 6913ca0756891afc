package lasting_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
)

func TestSeveralProcessesMayMigrateOneDatabaseAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	opened := inParallel(4, func(int) bool {
		s, err := lasting.Open(t.Context(), url, db.Options{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Error(err)
			return false
		}
		return s.Ping(t.Context()) == nil && s.Close() == nil
	})
	wantEqual(t, "stores opened", opened, 4)
}

func TestASQLiteFileSurvivesReopeningAndIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "jawort.db")
	s := open(t, "sqlite://"+path)
	w := newWorld(t, s)
	p := w.pending()
	_, err := w.decide(p, w.phone(), approval.Approve)
	must(t, err)
	files, err := filepath.Glob(path + "*")
	must(t, err)
	for _, file := range files {
		info, err := os.Stat(file)
		must(t, err)
		wantEqual(t, "mode of "+filepath.Base(file), info.Mode().Perm(), 0o600)
	}
	must(t, s.Close())
	w.s = open(t, "sqlite://"+path)
	wantEqual(t, "status", w.outcome(p), approval.StatusApproved)
}

func TestPostgresThatAcknowledgesBeforeItHasWrittenIsRefused(t *testing.T) {
	t.Parallel()
	for commit, refused := range map[string]bool{"off": true, "local": true, "on": false, "remote_apply": false} {
		url := pgtest.New(t)
		s := open(t, url)
		must(t, s.SQL(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = `+commit+`', current_database()); END $$`))
		must(t, s.Close())
		again, err := lasting.Open(t.Context(), url, db.Options{Log: slog.New(slog.DiscardHandler)})
		if refused != (err != nil) {
			t.Fatalf("with synchronous_commit = %s: %v", commit, err)
		}
		if err == nil {
			must(t, again.Close())
		} else if !strings.Contains(err.Error(), "synchronous_commit") {
			t.Fatalf("the error does not say what to mend: %v", err)
		}
	}
}

func TestPostgresWithoutASynchronousStandbyIsWarnedOf(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s, err := lasting.Open(t.Context(), pgtest.New(t), db.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	must(t, err)
	must(t, s.Close())
	must(t, s.Close())
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "standby") {
		t.Fatalf("log is %q", log.String())
	}
}

func TestADatabaseThatCannotBeOpenedIsNamedWithoutItsPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "sqlite://", "mysql://u:secret@h/d", "postgres://u:secret@h:port/d", "postgres://u:secret@127.0.0.1:1/d?connect_timeout=1",
		"sqlite://" + filepath.Join(t.TempDir(), "missing", "x.db"),
	} {
		s, err := lasting.Open(t.Context(), url, db.Options{})
		if err == nil {
			t.Errorf("%q was opened: %v", url, s.Close())
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestTheClockIsTheDatabasesAndMovesForTests(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		for _, offset := range []time.Duration{0, 48 * time.Hour, -time.Hour, 0} {
			must(t, s.SetClockOffset(t.Context(), offset))
			now, err := s.Now(t.Context())
			must(t, err)
			if off := time.Until(now) - offset; off > time.Minute || off < -time.Minute {
				t.Fatalf("with offset %v it is %v", offset, now)
			}
		}
		moved, err := lasting.Open(t.Context(), "sqlite::memory:", db.Options{ClockOffset: time.Hour})
		must(t, err)
		defer moved.Close()
		now, err := moved.Now(t.Context())
		must(t, err)
		if time.Until(now) < 59*time.Minute {
			t.Fatalf("it is %v", now)
		}
	})
}
