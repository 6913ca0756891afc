package deploy_test

import (
	"errors"
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
	backup := strings.Replace(read(t, "systemd/jawort-backup.service"), "/usr/local/bin/jawort", self, 1)
	for name, content := range map[string]string{
		"jawort@.service": text, "jawort@.service.d/stores.conf": read(t, "systemd/jawort@.service.d/stores.conf"),
		"jawort-backup.service": backup, "jawort-backup.timer": read(t, "systemd/jawort-backup.timer"),
	} {
		path := filepath.Join(folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestTheUnitIsWhatSystemdUnderstands(t *testing.T) {
	t.Parallel()
	folder := units(t)
	for _, name := range []string{"jawort@server.service", "jawort@mobile-api.service", "jawort@pushgw.service", "jawort-backup.service", "jawort-backup.timer"} {
		if out, err := run(t, folder, "systemd-analyze", "verify", "--man=no", "--recursive-errors=one", folder+"/"+name); err != nil || strings.Contains(out, "jawort") {
			t.Errorf("%s: %v, %s", name, err, out)
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
