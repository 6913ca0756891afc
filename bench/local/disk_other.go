//go:build !linux

package local

// WithoutDisk cannot be told here.
func WithoutDisk(string) bool { return false }
