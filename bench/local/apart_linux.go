package local

import "syscall"

// Apart gives a child a process group of its own, so that an interrupt at the terminal is for its owner, who then ends it in order; and
// lets the kernel end it where its owner is killed.
func Apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
