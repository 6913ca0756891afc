package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/bench/faults"
	"github.com/jawort/jawort/bench/local"
)

// briefly is a load that is over soon.
func briefly(t *testing.T) faults.Options {
	t.Helper()
	return faults.Options{Program: wrapped(t), Dir: workshop(t), Rate: 15, Before: time.Second, After: 4 * time.Second, Patience: 8 * time.Second}
}

func TestFaultsUnderLoadLoseNothingAndBreakNoInvariant(t *testing.T) {
	t.Parallel()
	// Healed in this order, because a server starts only where both stores are.
	all, unknown := faults.Named([]string{"postgres-standby-promoted", "redis-killed", "server-killed"})
	if unknown != "" {
		t.Fatal(unknown)
	}
	r, err := faults.Run(t.Context(), atOnce(all), briefly(t))
	if err != nil || !r.Holds() {
		t.Errorf("%+v, %v", r, err)
	}
}

// atOnce is all of them in one installation, at the same moment.
func atOnce(all []faults.Fault) faults.Fault {
	one := faults.Fault{Name: "at-once", Needs: local.Options{Standby: true}, Lasts: time.Second, Forgets: true}
	one.Harm = func(ctx context.Context, s *local.Stack) (faults.Heal, error) {
		var heals []faults.Heal
		for _, f := range all {
			heal, err := f.Harm(ctx, s)
			if err != nil {
				return nil, err
			}
			heals = append(heals, heal)
		}
		return func(ctx context.Context) error {
			for _, heal := range heals {
				if err := heal(ctx); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}
	return one
}

// sabotage takes away and alters what the checks look at, once there is something.
func sabotage(ctx context.Context, s *local.Stack) (faults.Heal, error) {
	conn, err := s.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	for _, statement := range []string{
		`DELETE FROM outcomes WHERE approval = (SELECT approval FROM outcomes WHERE status = 'denied' LIMIT 1)`,
		`UPDATE outcomes SET signature = NULL WHERE approval = (SELECT approval FROM outcomes WHERE method = 'push' AND signature IS NOT NULL LIMIT 1)`,
		`UPDATE credentials SET status = 'revoked', ended_at = 1 WHERE device = (SELECT device FROM outcomes WHERE method = 'push' LIMIT 1)`,
		`UPDATE recovery_codes SET used_at = 0 WHERE hash = (SELECT hash FROM recovery_codes WHERE used_at > 0 LIMIT 1)`,
		`INSERT INTO audit_entries SELECT tenant, sequence + 1000000, id, application, account, kind, subject, actor, data, at, commitments, previous, hash
			FROM audit_entries WHERE kind = 'approval.ended' LIMIT 1`,
	} {
		if err := insist(ctx, func() (bool, error) {
			tag, err := conn.Exec(ctx, statement)
			return tag.RowsAffected() == 1, err
		}); err != nil {
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil, nil
}

func insist(ctx context.Context, done func() (bool, error)) error {
	pace := time.NewTicker(50 * time.Millisecond)
	defer pace.Stop()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-pace.C:
		}
	}
	return errors.New("there was nothing to alter")
}

func TestFaultsThatBreakSomethingAreToldByTheInvariant(t *testing.T) {
	t.Parallel()
	r, err := faults.Run(t.Context(), faults.Fault{Name: "sabotage", Done: "rows are altered", Lasts: time.Second, Harm: sabotage}, briefly(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Lost) == 0 || !strings.Contains(strings.Join(r.Lost, "\n"), "there is no outcome") {
		t.Errorf("a row that was deleted is not lost: %q", r.Lost)
	}
	for _, want := range []string{"invariant 1: ", "invariant 2: ", "invariant 4: ", "invariant 5: "} {
		if !slices.ContainsFunc(r.Broken, func(line string) bool { return strings.HasPrefix(line, want) }) {
			t.Errorf("%sis not told: %q", want, r.Broken)
		}
	}
	if err := faults.Judge([]faults.Result{r}); !errors.Is(err, faults.ErrBroken) || !strings.Contains(err.Error(), "invariant 3") {
		t.Errorf("judged as %v", err)
	}
}

func TestTheFaultsThatWereRunAreWrittenForMachinesAndPeople(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "faults.json")
	stdout, stderr, err := output(t, nil, "bench", "faults", "--local", "--program", wrapped(t), "--dir", workshop(t), "--rate", "10", "--only", "clocks-apart", "--json", file)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var written struct{ Faults []map[string]any }
	if err := json.Unmarshal(b, &written); err != nil || len(written.Faults) != 1 {
		t.Fatalf("%v in %s", err, b)
	}
	wantMembers(t, mustJSON(t, written.Faults[0]), "name", "done", "seen", "seconds", "lost", "double", "broken")
	for _, want := range []string{"what was done", "30 s ahead", "logins finished", "nothing"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the table lacks %q:\n%s", want, stdout)
		}
	}
	for name, args := range map[string][]string{"somebody else's": {"bench", "faults"}, "a fault that there is not": {"bench", "faults", "--local", "--only", "earthquake"}} {
		if _, stderr, err := output(t, nil, args...); err == nil || stderr == "" {
			t.Errorf("%s: %v %q", name, err, stderr)
		}
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
