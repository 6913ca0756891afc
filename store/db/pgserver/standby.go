package pgserver

import "fmt"

// Standby is how a standby is called in its primary's synchronous_standby_names.
const Standby = "standby"

// copyPrimary makes the data of a standby, which goes on with what its primary streams.
func (s *Server) copyPrimary() error {
	primary := "host=" + s.options.Follows.dir + " user=postgres application_name=" + Standby
	backup, err := s.command("pg_basebackup", "-D", s.data(), "-d", primary, "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
	if err != nil {
		return err
	}
	if out, err := backup.CombinedOutput(); err != nil {
		return fmt.Errorf("pgserver: pg_basebackup: %w\n%s", err, out)
	}
	return nil
}

// Promote makes a standby a primary, and returns when it takes writes.
func (s *Server) Promote() error {
	promote, err := s.command("pg_ctl", "promote", "-D", s.data(), "--wait", "--timeout=20")
	if err != nil {
		return err
	}
	if out, err := promote.CombinedOutput(); err != nil {
		return fmt.Errorf("pgserver: promote: %w\n%s", err, out)
	}
	return nil
}
