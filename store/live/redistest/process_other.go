//go:build !linux

package redistest

import "syscall"

func dieWithTest() *syscall.SysProcAttr { return nil }
