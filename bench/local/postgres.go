package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/jawort/jawort/store/db/pgserver"
)

// settings are Postgres as an operator of one machine would run it: what is acknowledged is on the disk.
var settings = []string{"fsync=on", "full_page_writes=on", "synchronous_commit=on", "max_connections=200", "shared_buffers=256MB", "max_wal_size=2GB"}

// small is what fits on a disk of its own.
var small = []string{"shared_buffers=32MB", "max_wal_size=64MB", "min_wal_size=32MB"}

func (s *Stack) startPostgres(context.Context) (err error) {
	if s.Disk, err = newDisk(s.options.Disk, s.dir); err != nil {
		return err
	}
	o := pgserver.Options{Parent: s.options.Parent, Settings: slices.Concat(settings, s.options.Settings)}
	if s.Disk != nil {
		o.Parent, o.Settings = s.Disk.folder, append(o.Settings, small...)
	}
	follows := o
	if s.options.Standby {
		o.Settings = append(o.Settings, "synchronous_standby_names="+pgserver.Standby)
	}
	if s.Postgres, err = pgserver.Start(o); err != nil || !s.options.Standby {
		return err
	}
	follows.Settings, follows.Follows = slices.Clone(follows.Settings), s.Postgres
	s.Standby, err = pgserver.Start(follows)
	return err
}

// Database returns the URL of the database.
func (s *Stack) Database() string {
	if s.Standby != nil {
		return s.Postgres.WritableURL("postgres", s.Standby)
	}
	return s.Postgres.URL("postgres")
}

// Disk is a small file system in memory that Postgres has for itself.
type Disk struct{ folder string }

func newDisk(bytes int64, dir string) (*Disk, error) {
	if bytes == 0 {
		return nil, nil
	}
	d := &Disk{dir + "-disk"} // beside it, since Postgres' user must get in
	if err := os.Mkdir(d.folder, 0o711); err != nil {
		return nil, fmt.Errorf("local: disk: %w", err)
	}
	if err := mount(d.folder, bytes); err != nil {
		return nil, errors.Join(fmt.Errorf("local: disk: a small file system needs root: %w", err), os.Remove(d.folder))
	}
	return d, nil
}

func (d *Disk) ballast() string { return d.folder + "/ballast" }

// Fill leaves no room.
func (d *Disk) Fill() error {
	f, err := os.OpenFile(d.ballast(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("local: disk: %w", err)
	}
	defer f.Close()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); full(err) {
			return nil
		} else if err != nil {
			return fmt.Errorf("local: disk: %w", err)
		}
	}
}

// Free makes room again.
func (d *Disk) Free() error {
	if err := os.Remove(d.ballast()); err != nil {
		return fmt.Errorf("local: disk: %w", err)
	}
	return nil
}

func (d *Disk) close() error {
	if d == nil {
		return nil
	}
	return errors.Join(unmount(d.folder), os.Remove(d.folder))
}
