package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"os/exec"
)

// newcomer is a shell into which somebody types what README.md says, in this order.
type newcomer struct {
	*testing.T
	in  io.Writer
	out *bufio.Scanner
	ids map[string]string // the last of each kind that was told
}

func newNewcomer(t *testing.T) *newcomer {
	t.Helper()
	root := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// What make builds is this program. The ports that the README leaves out are taken on a machine that runs many tests.
	for name, target := range map[string]string{"clone/bin/jawort": self, "clone/bin/make": "/bin/true"} {
		if err := os.MkdirAll(filepath.Join(root, "clone/bin"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-s")
	cmd.Dir = filepath.Join(root, "clone")
	cmd.Env = []string{asProgram + "=1", "HOME=" + root, "PATH=" + filepath.Join(root, "clone/bin") + ":" + os.Getenv("PATH"),
		"JAWORT_SERVER_LISTEN=127.0.0.1:0", "JAWORT_MOBILE_API_LISTEN=127.0.0.1:0", "JAWORT_ADMIN_LISTEN=127.0.0.1:0"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // with what it has started
		_ = cmd.Wait()
	})
	return &newcomer{T: t, in: in, out: bufio.NewScanner(out), ids: map[string]string{}}
}

// types types text and reads on until a line is told for which until holds.
func (n *newcomer) types(text string, until func(line string) bool) (said string) {
	n.Helper()
	text = placeholder.ReplaceAllStringFunc(text, func(p string) string { return n.ids[strings.TrimSuffix(p, "…")] })
	if _, err := io.WriteString(n.in, text+"\n"); err != nil {
		n.Fatal(err)
	}
	for n.out.Scan() {
		line := n.out.Text()
		for _, id := range identifier.FindAllStringSubmatch(line, -1) {
			n.ids[id[1]] = id[0]
		}
		if until(line) {
			return said
		}
		said += line + "\n"
	}
	n.Fatalf("%s\nended after %q", text, said)
	return ""
}

// does types what has to succeed.
func (n *newcomer) does(text string) (said string) {
	n.Helper()
	return n.types(text+"\necho typed $?", func(line string) bool {
		code, ended := strings.CutPrefix(line, "typed ")
		if ended && code != "0" {
			n.Fatalf("%s\nexited with %s", text, code)
		}
		return ended
	})
}

// section returns the blocks of a section of README.md.
func section(t *testing.T, heading string) (blocks [][]string) {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(b), "## "+heading+"\n")
	if text, _, _ = strings.Cut(text, "\n## "); !found {
		t.Fatalf("README.md has no section %q", heading)
	}
	return regexp.MustCompile("(?s)```([a-z]+)\n(.*?)\n```").FindAllStringSubmatch(text, -1)
}

func TestWhatTheReadmeSaysToTypeLeadsIntoTheConsole(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t)
	link, next, typed := "", "", 0
	for _, b := range section(t, "Run it") {
		if b[1] == "yaml" {
			n.does("cat > jawort.yaml <<'END'\n" + b[2] + "\nEND")
			continue
		}
		for line := range strings.Lines(b[2]) {
			line = strings.TrimSpace(line)
			said := ""
			if typed++; line == "jawort serve" {
				n.wantsIn(line, link)
			} else {
				said = n.does(line)
			}
			if command := strings.Join(strings.Fields(line)[:min(3, len(strings.Fields(line)))], " "); next != "" && !strings.Contains(next, command) {
				t.Errorf("before %q it was said to go on with %q", line, next)
			}
			if at := strings.Index(said, "Next"); at >= 0 {
				next = said[at:]
			}
			link += regexp.MustCompile(`/console/join/\S+`).FindString(said)
		}
	}
	if typed != 9 || !strings.Contains(next, "jawort serve") {
		t.Errorf("%d lines were typed, and at the end it was said %q", typed, next)
	}
}

// wantsIn starts to serve, and opens the link.
func (n *newcomer) wantsIn(serve, link string) {
	n.Helper()
	var at readyLine
	n.types(serve+"\necho ended", func(line string) bool {
		return json.Unmarshal([]byte(line), &at) == nil && at.Msg == "ready" || line == "ended"
	})
	resp, err := http.Get("http://" + at.Server + link)
	if err != nil {
		n.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "Ada Lovelace") {
		n.Errorf("the link %q got %d: %s", link, resp.StatusCode, page)
	}
}
