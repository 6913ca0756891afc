package local

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Usage is the processor time that each part has used since it started.
type Usage struct {
	Server, MobileAPI, PushGW, Redis, Postgres, Fakes time.Duration
}

// Usage reads what the kernel has counted.
func (s *Stack) Usage() (u Usage, err error) {
	for pid, into := range map[int]*time.Duration{
		s.Server.PID(): &u.Server, s.MobileAPI.PID(): &u.MobileAPI, s.PushGW.PID(): &u.PushGW,
		s.Redis.PID(): &u.Redis, s.Fakes.PID(): &u.Fakes,
	} {
		p, err := readStat(pid)
		if err != nil {
			return u, err
		}
		*into = p.own
	}
	u.Postgres, err = family(s.Postgres.PID())
	return u, err
}

// stat is what /proc/PID/stat says.
type stat struct {
	parent     int
	own, ended time.Duration // its own time; that of children which have ended and been waited for
}

// tick is the kernel's unit for processor time, the same on all architectures that Go runs on.
const tick = 10 * time.Millisecond

func readStat(pid int) (s stat, err error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return s, fmt.Errorf("local: processor time: %w", err)
	}
	// The second field is the program's name in parentheses, which may hold anything.
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	const parent, user, system, endedUser, endedSystem = 1, 11, 12, 13, 14
	if len(fields) <= endedSystem {
		return s, fmt.Errorf("local: processor time: /proc/%d/stat has %d fields", pid, len(fields))
	}
	ticks := func(field int) time.Duration {
		n, parseErr := strconv.ParseInt(fields[field], 10, 64)
		if parseErr != nil && err == nil {
			err = fmt.Errorf("local: processor time: %w", parseErr)
		}
		return time.Duration(n) * tick
	}
	s.own, s.ended = ticks(user)+ticks(system), ticks(endedUser)+ticks(endedSystem)
	s.parent, _ = strconv.Atoi(fields[parent])
	return s, err
}

// family is the time of a process, of its children, and of those that have ended. A child that ends while this looks is
// counted as one or the other, or missed until the next look.
func family(pid int) (time.Duration, error) {
	root, err := readStat(pid)
	if err != nil {
		return 0, err
	}
	total := root.own + root.ended
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, fmt.Errorf("local: processes: %w", err)
	}
	for _, path := range all {
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		if s, err := readStat(child); err == nil && s.parent == pid { // it may have ended meanwhile
			total += s.own
		}
	}
	return total, nil
}

// Resident is the memory of a process that lies in RAM, in bytes.
func Resident(pid int) (int64, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, fmt.Errorf("local: memory: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("local: memory: /proc/%d/status has no VmRSS", pid)
}

// Size returns how many bytes the tables and their indexes take.
func (s *Stack) Size(ctx context.Context) (size int64, err error) {
	conn, err := s.Connect(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, `SELECT sum(pg_total_relation_size(relid))::bigint FROM pg_stat_user_tables`).Scan(&size); err != nil {
		return 0, fmt.Errorf("local: size of the database: %w", err)
	}
	return size, nil
}
