package local

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/jawort/jawort/pushgw"
)

// ports are free when they are chosen: the public addresses have to be known before anything listens. They lie below those that the
// kernel gives to connections, so that none takes them in between.
type ports struct {
	server, mobileAPI, mobileAdmin, pushAdmin int
}

const (
	lowestPort  = 10_000
	portsAbove  = 22_000
	portAttempt = 100
)

func freePorts() (p ports, err error) {
	for _, port := range []*int{&p.server, &p.mobileAPI, &p.mobileAdmin, &p.pushAdmin} {
		l, err := listen()
		if err != nil {
			return p, err
		}
		defer l.Close() // kept until all are found, so that they differ
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return p, nil
}

func listen() (l net.Listener, err error) {
	for range portAttempt {
		if l, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(lowestPort+rand.IntN(portsAbove)))); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("local: find a free port: %w", err)
}

// configure chooses addresses. Phones need a host name: an address is no relying party.
func (s *Stack) configure(context.Context) (err error) {
	if s.ports, err = freePorts(); err != nil {
		return err
	}
	server, phones := strconv.Itoa(s.ports.server), strconv.Itoa(s.ports.mobileAPI)
	s.ServerURL, s.PhoneURL = "http://localhost:"+server, "http://localhost:"+phones
	s.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir,
		"JAWORT_DATABASE=" + s.Database(), "JAWORT_REDIS=" + s.RedisURL, "JAWORT_KEYS_FILE=" + s.keys(),
		"JAWORT_SERVER_PUBLIC_URL=" + s.ServerURL,
		"JAWORT_MOBILE_API_LISTEN=127.0.0.1:" + phones, "JAWORT_MOBILE_API_PUBLIC_URL=" + s.PhoneURL,
	}
	s.env = append(s.env, s.options.Env...)
	return nil
}

func (s *Stack) configFile() string { return filepath.Join(s.dir, "jawort.yaml") }

// writeConfig tells pushgw where the stand-ins are.
func (s *Stack) writeConfig() error {
	b, err := yaml.Marshal(map[string]pushgw.Config{"pushgw": s.Fakes.Config})
	if err != nil {
		return fmt.Errorf("local: %w", err)
	}
	if err := os.WriteFile(s.configFile(), b, 0o600); err != nil {
		return fmt.Errorf("local: %w", err)
	}
	return nil
}

// command runs a command of the program as an operator does.
func (s *Stack) command(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, s.options.Program, args...)
	cmd.Env, cmd.Dir, cmd.SysProcAttr = s.env, s.dir, Apart()
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("local: jawort %s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	return string(out), nil
}
