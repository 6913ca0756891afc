package deploy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const unit = "systemd/jawort@.service"

// units writes the unit as a machine has it, with a program that is there.
func units(t *testing.T) (folder string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	text := strings.Replace(read(t, unit), "/usr/local/bin/jawort", self, 1)
	if !strings.Contains(text, self) {
		t.Fatal("the unit starts another program")
	}
	if err := os.WriteFile(filepath.Join(folder, "jawort@.service"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestTheUnitIsWhatSystemdUnderstands(t *testing.T) {
	t.Parallel()
	folder := units(t)
	for _, part := range []string{"server", "mobile-api", "pushgw"} {
		if out, err := run(t, folder, "systemd-analyze", "verify", "--man=no", "--recursive-errors=one", folder+"/jawort@"+part+".service"); err != nil || strings.Contains(out, "jawort@") {
			t.Errorf("%s: %v, %s", part, err, out)
		}
	}
}

func TestTheUnitLeavesTheProcessLittleToDoHarmWith(t *testing.T) {
	t.Parallel()
	const most = "15" // tenths of systemd's ten
	folder := units(t)
	if out, err := run(t, folder, "systemd-analyze", "security", "--offline=true", "--threshold="+most, folder+"/jawort@server.service"); err != nil {
		t.Error(out)
	}
}
