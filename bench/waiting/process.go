package waiting

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/jawort/jawort/bench/child"
	"github.com/jawort/jawort/client/browser"
)

// Command is the subcommand of `jawort bench` that runs Serve.
const Command = "sockets"

// Process holds sockets elsewhere.
type Process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
}

// Start runs the program as browsers and returns when all pages wait, or have failed to.
func Start(program string, pages []browser.Page, attr *syscall.SysProcAttr) (*Process, error) {
	c, err := child.Start(program, attr, Command)
	if err != nil {
		return nil, fmt.Errorf("waiting: %w", err)
	}
	p := &Process{cmd: c.Cmd, in: c.In, lines: bufio.NewScanner(c.Out)}
	var all strings.Builder
	for _, page := range pages {
		fmt.Fprintln(&all, holdMark, page.URL, page.Ticket, page.Origin)
	}
	if _, err := io.WriteString(p.in, all.String()); err != nil {
		return nil, errors.Join(fmt.Errorf("waiting: %w", err), p.Close())
	}
	if _, err := p.Count(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Count returns how many pages wait now.
func (p *Process) Count() (int, error) {
	if _, err := fmt.Fprintln(p.in, countMark); err != nil {
		return 0, fmt.Errorf("waiting: %w", err)
	}
	if !p.lines.Scan() {
		return 0, errors.New("waiting: the browsers have ended")
	}
	return strconv.Atoi(p.lines.Text())
}

// Close closes all pages and ends the process.
func (p *Process) Close() error {
	_ = p.in.Close()
	for p.lines.Scan() { // to its end
	}
	return p.cmd.Wait()
}
