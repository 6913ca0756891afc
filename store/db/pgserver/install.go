package pgserver

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// findBinaries returns the folder of initdb and postgres.
func findBinaries() (string, error) {
	var folders []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Sort(debian)
	slices.Reverse(debian)
	folders = append(folders, debian...)
	if path, err := exec.LookPath("postgres"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	for _, folder := range folders {
		if executable(filepath.Join(folder, "initdb")) && executable(filepath.Join(folder, "postgres")) {
			return folder, nil
		}
	}
	return "", errors.New("pgserver: Postgres is not installed; on Debian: apt-get install postgresql")
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// makeDir makes a folder that the server's user owns. Its path is short, because a socket's must be.
func makeDir(parent string) (string, error) {
	if parent == "" {
		parent = os.TempDir()
	}
	if len(parent) > 50 {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "jawort-pg-")
	if err != nil {
		return "", err
	}
	who, err := serverUser()
	if err != nil || who == nil {
		return dir, err
	}
	return dir, os.Chown(dir, int(who.Uid), int(who.Gid))
}

func (s *Server) command(name string, args ...string) (*exec.Cmd, error) {
	who, err := serverUser()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(filepath.Join(s.binaries, name), args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "LC_MESSAGES=C")
	// An interrupt at the terminal is for the owner, who then ends the server in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true}
	endWithParent(cmd.SysProcAttr)
	return cmd, nil
}

// serverUser returns whom Postgres runs as: it refuses root. Nil means as we do.
func serverUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("pgserver: running as root needs the user postgres, which Debian's package postgresql brings: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("pgserver: user postgres: %w", err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("pgserver: user postgres: %w", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
