package redistest

import "syscall"

// dieWithTest lets the kernel end the server when the test's process dies without cleaning up.
func dieWithTest() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
