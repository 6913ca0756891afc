package local

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/jackc/pgx/v5"
)

// PushJob is the wake-up of a phone for a question.
type PushJob struct{ Approval, Device string }

// PushesEnded returns how jobs for questions have ended, as the gateway, and those before it that were killed, have logged. Those that a
// service accepted are not among them: who accepted them says so.
func (s *Stack) PushesEnded(ctx context.Context) (map[PushJob]string, error) {
	devices, err := s.installations(ctx)
	if err != nil {
		return nil, err
	}
	log, err := os.Open(s.PushGW.logFile())
	if err != nil {
		return nil, fmt.Errorf("local: %w", err)
	}
	defer log.Close()
	return pushesEnded(log, devices)
}

// installations returns the phones of each installation.
func (s *Stack) installations(ctx context.Context) (map[string][]string, error) {
	rows, err := query(ctx, s, func(row pgx.CollectableRow) (of [2]string, err error) {
		return of, row.Scan(&of[0], &of[1])
	}, `SELECT installation, id FROM devices WHERE installation <> $1`, "")
	devices := make(map[string][]string, len(rows))
	for _, r := range rows {
		devices[r[0]] = append(devices[r[0]], r[1])
	}
	return devices, err
}

// mentions is what a line that tells the end of a job has.
var mentions = []byte(`"result":`)

func pushesEnded(log io.Reader, devices map[string][]string) (map[PushJob]string, error) {
	ended := map[PushJob]string{}
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), mentions) {
			continue
		}
		var said struct{ Approval, Installation, Kind, Result string }
		if json.Unmarshal(lines.Bytes(), &said) != nil || said.Kind != "approval" || said.Result == "accepted" {
			continue // a line that a kill cut off tells nothing
		}
		for _, device := range devices[said.Installation] {
			ended[PushJob{said.Approval, device}] = said.Result
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("local: the gateway's log: %w", err)
	}
	return ended, nil
}
