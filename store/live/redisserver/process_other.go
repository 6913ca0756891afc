//go:build !linux

package redisserver

import "syscall"

func dieWithOwner() *syscall.SysProcAttr { return nil }
