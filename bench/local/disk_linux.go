package local

import (
	"errors"
	"os"
	"strconv"
	"syscall"
)

// inMemory is the kernel's number for tmpfs.
const inMemory = 0x01021994

// WithoutDisk reports whether folders made under parent lie in memory, where syncing a commit costs nothing.
func WithoutDisk(parent string) bool {
	if parent == "" {
		parent = os.TempDir()
	}
	var s syscall.Statfs_t
	return syscall.Statfs(parent, &s) == nil && int64(s.Type) == inMemory
}

// mount puts a file system in memory there, of which this many bytes can be used.
func mount(folder string, bytes int64) error {
	return syscall.Mount("tmpfs", folder, "tmpfs", 0, "mode=711,size="+strconv.FormatInt(bytes, 10))
}

func unmount(folder string) error { return syscall.Unmount(folder, 0) }

func full(err error) bool { return errors.Is(err, syscall.ENOSPC) }
