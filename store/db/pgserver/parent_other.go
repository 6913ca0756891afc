//go:build !linux

package pgserver

import "syscall"

// endWithParent does nothing where the kernel offers nothing.
func endWithParent(*syscall.SysProcAttr) {}
