// Package child starts the program once more as a part of a bench that speaks by lines. It does not know what is said.
package child

import (
	"io"
	"os"
	"os/exec"
	"syscall"
)

// Child is a running part: what is written to In it reads, and what it says is read from Out. Its owner closes In and waits.
type Child struct {
	Cmd *exec.Cmd
	In  io.WriteCloser
	Out io.Reader
}

// Start runs `program bench arguments…`. It gets nothing of the environment but the path.
func Start(program string, attr *syscall.SysProcAttr, arguments ...string) (c Child, err error) {
	c.Cmd = exec.Command(program, append([]string{"bench"}, arguments...)...)
	c.Cmd.Env, c.Cmd.Stderr, c.Cmd.SysProcAttr = []string{"PATH=" + os.Getenv("PATH")}, os.Stderr, attr
	if c.Out, err = c.Cmd.StdoutPipe(); err != nil {
		return c, err
	}
	if c.In, err = c.Cmd.StdinPipe(); err != nil {
		return c, err
	}
	return c, c.Cmd.Start()
}
