//go:build !linux

package local

import "errors"

// WithoutDisk cannot be told here.
func WithoutDisk(string) bool { return false }

func mount(string, int64) error { return errors.ErrUnsupported }

func unmount(string) error { return nil }

func full(error) bool { return false }
