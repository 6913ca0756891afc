package redisserver

import "syscall"

// dieWithOwner lets the kernel end the server when its owner dies without cleaning up.
func dieWithOwner() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
