package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// newFile makes a file that is there as a whole or not at all. One that exists is left alone.
func newFile(path string, write func(*os.File) error) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%w: %s", ErrExists, path)
	}
	partial := path + ".partial"
	f, err := os.OpenFile(partial, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s, of a run that did not end, or is still under way", ErrExists, partial)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.Remove(partial)
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return appear(partial, path)
}

// appear gives the file its name, unless another one has it, and returns when that is on the disk.
func appear(partial, path string) error {
	err := os.Link(partial, path)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s", ErrExists, path)
	}
	if err != nil { // not every file system has hard links
		err = takeName(partial, path)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// takeName renames, over a name that it has made itself.
func takeName(partial, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s", ErrExists, path)
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Rename(partial, path))
}
