package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// machine is one of those that operations.md sets up: an address of the loopback network, and folders that stand for its disk.
type machine struct {
	*testing.T
	name, address, root string
	world               *world
	env                 []string

	mu      sync.Mutex
	running map[string]*daemon
}

// daemon is a process that the machine's systemd has started.
type daemon struct {
	cmd  *exec.Cmd
	log  *bytes.Buffer
	done chan struct{}
}

var (
	onDisk  = regexp.MustCompile(`(?m)(^|[\s='"])/(etc|var|backup|elsewhere)/`)
	dataDir = "/var/lib/postgresql/15/main"
)

// here puts this machine's disk, and the network of the test, in the place of those of the document.
func (m *machine) here(text string) string {
	text = onDisk.ReplaceAllString(text, "${1}"+m.root+"/$2/")
	text = strings.ReplaceAll(text, "10.1.0.", m.world.network)
	return strings.ReplaceAll(text, ":443 ", ":10443 ") // what only root may listen on
}

// types runs a block: what systemd is told, and what is exported, by ourselves, and the lines between those as scripts.
func (m *machine) types(text string) {
	m.Helper()
	var script []string
	run := func() {
		m.Helper()
		if len(script) > 0 {
			m.bash(strings.Join(script, "\n"))
		}
		script = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		value, exported := strings.CutPrefix(line, "export ")
		order, systemd := strings.CutPrefix(line, "systemctl ")
		switch {
		case exported:
			run()
			m.env = append(m.env, strings.TrimSpace(m.here(value)))
		case systemd:
			run()
			order, _, _ = strings.Cut(order, "#")
			m.systemctl(strings.Fields(order))
		case placeholder.MatchString(line): // what stands before tells it
			run()
			fallthrough
		default:
			script = append(script, line)
		}
	}
	run()
}

func (m *machine) bash(script string) {
	m.Helper()
	script = placeholder.ReplaceAllStringFunc(script, func(p string) string { return m.world.ids[strings.TrimSuffix(p, "…")] })
	cmd := exec.CommandContext(m.Context(), "bash", "-euo", "pipefail", "-c", m.here(script))
	cmd.Env, cmd.Dir = m.env, m.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		m.Fatalf("on %s:\n%s\n%v\n%s", m.name, script, err, out)
	}
	m.world.learn(string(out))
}

// systemctl does what systemd would.
func (m *machine) systemctl(order []string) {
	m.Helper()
	verb, units := order[0], order[1:]
	if len(units) > 0 && units[0] == "--now" {
		verb, units = map[string]string{"enable": "start", "disable": "stop"}[verb], units[1:]
	}
	var all sync.WaitGroup
	if verb == "stop" || verb == "restart" {
		for _, unit := range units {
			all.Go(func() { m.stop(unit, syscall.SIGTERM) })
		}
		all.Wait()
	}
	if verb == "start" || verb == "restart" {
		for _, unit := range units {
			m.start(unit)
		}
	}
}

func (m *machine) stop(unit string, by syscall.Signal) {
	m.mu.Lock()
	s := m.running[unit]
	delete(m.running, unit)
	m.mu.Unlock()
	if s == nil {
		return
	}
	if unit == "postgresql" && by == syscall.SIGTERM {
		by = syscall.SIGINT // as its unit does: fast
	}
	_ = s.cmd.Process.Signal(by) // it may have ended by itself
	<-s.done
}

// lost is what happens to a service whose machine loses its power.
func (m *machine) lost(unit string) { m.stop(unit, syscall.SIGKILL) }

func (m *machine) start(unit string) {
	m.Helper()
	cmd, port := m.command(unit)
	s := &daemon{cmd: cmd, log: &bytes.Buffer{}, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr, cmd.Dir = s.log, s.log, m.root
	if cmd.Env == nil {
		cmd.Env = m.env
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	if err := cmd.Start(); err != nil {
		m.Fatalf("%s on %s: %v", unit, m.name, err)
	}
	go func() {
		_ = cmd.Wait() // killed is what is expected
		close(s.done)
	}()
	m.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		<-s.done
		if m.Failed() {
			m.Logf("%s on %s:\n%s", unit, m.name, tail(s.log.String()))
		}
	})
	m.mu.Lock()
	m.running[unit] = s
	m.mu.Unlock()
	if port != "" {
		m.listens(unit, s, port)
	}
}

func tail(text string) string { return text[max(0, len(text)-3000):] }

// listens returns once a service accepts connections, as those units do that tell systemd so.
func (m *machine) listens(unit string, s *daemon, port string) {
	m.Helper()
	for deadline := time.Now().Add(soon); time.Now().Before(deadline); {
		conn, err := net.DialTimeout("tcp", m.address+":"+port, time.Second)
		if err == nil {
			conn.Close()
			if unit != "postgresql" || exec.CommandContext(m.Context(), filepath.Join(m.world.postgres, "pg_isready"), "-q", "-h", m.address).Run() == nil {
				return
			}
		}
		select {
		case <-s.done:
			m.Fatalf("%s on %s ended:\n%s", unit, m.name, s.log)
		case <-time.After(20 * time.Millisecond):
		}
	}
	m.Fatalf("%s on %s does not listen", unit, m.name)
}

// command is what the unit starts, and the port by which it says that it is ready. Those of Jawort say nothing.
func (m *machine) command(unit string) (_ *exec.Cmd, port string) {
	m.Helper()
	run := func(name string, args ...string) *exec.Cmd { return exec.Command(name, args...) }
	if part, ours := strings.CutPrefix(unit, "jawort@"); ours {
		cmd := run(filepath.Join(m.world.bin, "jawort"), "--config", m.path("/etc/jawort/jawort.yaml"), "serve", part)
		set, err := os.ReadFile(m.path("/etc/jawort/" + part + ".env"))
		if err != nil {
			m.Fatal(err)
		}
		cmd.Env = append([]string{asProgram + "=1"}, strings.Fields(string(set))...)
		for variable, file := range map[string]string{"DATABASE_FILE": "database", "REDIS_FILE": "redis", "KEYS_FILE": "keys.json"} { // as the unit and stores.conf say
			cmd.Env = append(cmd.Env, "JAWORT_"+variable+"="+m.path("/etc/jawort/"+file))
		}
		return cmd, ""
	}
	switch unit {
	case "redis-server":
		return run("redis-server", m.path("/etc/redis/redis.conf")), "6379"
	case "redis-sentinel":
		return run("redis-sentinel", m.path("/etc/redis/sentinel.conf")), "26379"
	case "haproxy":
		return run("/usr/sbin/haproxy", "-W", "-db", "-f", m.path("/etc/haproxy/haproxy.cfg")), "10443"
	case "postgresql":
		cmd := run(filepath.Join(m.world.postgres, "postgres"), "-D", m.path("/etc/postgresql/15/main"))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: m.world.owner}
		return cmd, "5432"
	}
	m.Fatalf("there is no unit %s", unit)
	return nil, ""
}

func (m *machine) path(p string) string { return m.root + p }

// withPostgres has the machine be as Debian's package leaves it, with the data of a cluster or without.
func (m *machine) withPostgres(cluster bool) {
	m.Helper()
	data, etc, sockets := m.path(dataDir), m.path("/etc/postgresql/15/main"), m.path("/run")
	for _, folder := range []string{filepath.Dir(data), etc + "/conf.d", sockets} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			m.Fatal(err)
		}
	}
	if m.world.owner != nil {
		for _, folder := range []string{filepath.Dir(data), sockets} {
			if err := os.Chown(folder, int(m.world.owner.Uid), int(m.world.owner.Gid)); err != nil {
				m.Fatal(err)
			}
		}
	}
	settings := fmt.Sprintf("data_directory = '%s'\nhba_file = '%s/pg_hba.conf'\nident_file = '%[2]s/pg_ident.conf'\ninclude_dir = 'conf.d'\n"+
		"unix_socket_directories = '%s'\nshared_buffers = 16MB\nmax_connections = 200\n", data, etc, sockets)
	hba := "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n" // whence this machine reaches its other addresses
	for name, content := range map[string]string{"postgresql.conf": settings, "pg_hba.conf": hba, "pg_ident.conf": ""} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(content), 0o644); err != nil {
			m.Fatal(err)
		}
	}
	m.env = append(m.env, "PGHOST="+sockets, "PGUSER=postgres", "PGDATABASE=postgres")
	if !cluster {
		return
	}
	initdb := exec.CommandContext(m.Context(), filepath.Join(m.world.postgres, "initdb"), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D", data)
	initdb.SysProcAttr, initdb.Dir = &syscall.SysProcAttr{Credential: m.world.owner}, m.root
	if out, err := initdb.CombinedOutput(); err != nil {
		m.Fatalf("%v\n%s", err, out)
	}
}

// postgresUser is whom Postgres runs as, because it refuses root; nil: ourselves.
func postgresUser(t *testing.T) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
	if errUID != nil || errGID != nil {
		t.Fatal(errUID, errGID)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// dial goes to the balancer, whatever host is named.
func (w *world) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, w.network+"9:10443")
}
