package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live/redistest"
)

// block is a piece of operations.md that says what to type, with the heading that it stands under.
type block struct{ heading, text string }

var (
	marked      = regexp.MustCompile("(?s)<!-- run -->\n```sh\n(.*?)```")
	headings    = regexp.MustCompile(`(?m)^##+ (.*)$`)
	placeholder = regexp.MustCompile(`\b([a-z]+_)…`)
	identifier  = regexp.MustCompile(`\b([a-z]+_)[a-z2-7]{26}\b`)
)

func markedBlocks(t *testing.T) (all []block) {
	t.Helper()
	b, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	for _, at := range marked.FindAllStringSubmatchIndex(doc, -1) {
		above := headings.FindAllStringSubmatch(doc[:at[0]], -1)
		all = append(all, block{above[len(above)-1][1], doc[at[2]:at[3]]})
	}
	return all
}

// typist types what the document says, on a machine whose folders lie elsewhere.
type typist struct {
	*testing.T
	root  string
	env   []string
	ids   map[string]string // the last of each kind that was told
	redis string
}

func newTypist(t *testing.T) *typist {
	t.Helper()
	o := &typist{T: t, root: t.TempDir(), ids: map[string]string{}, redis: redistest.Start(t).URL}
	for _, folder := range []string{"bin", "etc/jawort", "backup", "elsewhere"} {
		if err := os.MkdirAll(filepath.Join(o.root, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(o.root, "bin/jawort")); err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("../../docs/examples/jawort.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(o.root, "etc/jawort/jawort.yaml"), []byte(o.here(string(example))), 0o600); err != nil {
		t.Fatal(err)
	}
	o.env = []string{asProgram + "=1", "PATH=" + filepath.Join(o.root, "bin") + ":" + os.Getenv("PATH"), "JAWORT_REDIS=" + o.redis}
	return o
}

// here puts the folders of this machine in the place of those of the document, and its Redis.
func (o *typist) here(text string) string {
	for _, folder := range []string{"/etc/jawort/", "/backup/", "/elsewhere/"} {
		text = strings.ReplaceAll(text, " "+folder, " "+o.root+folder)
		text = strings.ReplaceAll(text, "="+folder, "="+o.root+folder)
	}
	return strings.ReplaceAll(text, "redis://redis.example:6379", o.redis)
}

// types runs a line as it stands there.
func (o *typist) types(line string) {
	o.Helper()
	line = placeholder.ReplaceAllStringFunc(line, func(p string) string { return o.ids[strings.TrimSuffix(p, "…")] })
	if name, value, is := strings.Cut(strings.TrimPrefix(line, "export "), "="); is && strings.HasPrefix(line, "export ") {
		value, _, _ = strings.Cut(o.here("="+value), " ")
		o.env = append(o.env, name+value)
		return
	}
	cmd := exec.CommandContext(o.Context(), "bash", "-euc", o.here(line))
	cmd.Env, cmd.Dir = o.env, o.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		o.Fatalf("%s\n%v\n%s", line, err, out)
	}
	for _, id := range identifier.FindAllStringSubmatch(string(out), -1) {
		o.ids[id[1]] = id[0]
	}
}

func TestWhatTheOperationsSayToTypeWorks(t *testing.T) {
	t.Parallel()
	o := newTypist(t)
	databases := map[string]string{"First set-up": pgtest.Empty(t), "Restore": pgtest.Empty(t)}
	ran := 0
	for _, b := range markedBlocks(t) {
		if url, is := databases[b.heading]; is {
			o.env = append(o.env, "JAWORT_DATABASE="+url) // the last one counts
			delete(databases, b.heading)
		}
		for line := range strings.Lines(b.text) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				o.types(line)
				ran++
			}
		}
	}
	if len(databases) > 0 || ran < 12 {
		t.Errorf("%d lines were typed, and nothing under %v", ran, databases)
	}
	if o.ids["key_"] == "" || o.ids["ten_"] == "" {
		t.Errorf("told were %v", o.ids)
	}
}
