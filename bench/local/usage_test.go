package local

import (
	"bufio"
	"os/exec"
	"testing"
	"time"
)

// busy is a shell that is busy in a child, says so, and stays with another child that has been busy and waits.
const busy = `sh -c 'i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done'; echo ended
sh -c 'i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done; echo still here; read x; exit 0'`

func TestAProcesssTimeIsThatOfItsChildrenToo(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", busy)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	time := func() time.Duration {
		t.Helper()
		if !lines.Scan() {
			t.Fatal("the shell has ended")
		}
		used, err := family(cmd.Process.Pid)
		if err != nil {
			t.Fatal(err)
		}
		return used
	}
	afterOne, afterTwo := time(), time()
	if afterOne < 2*tick || afterTwo < afterOne+2*tick {
		t.Errorf("after a child that has ended: %s; beside one that runs: %s", afterOne, afterTwo)
	}
	in.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
