//go:build !linux

package local

import "syscall"

// Apart gives a child a process group of its own.
func Apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
