package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// Whether the checks notice takes minutes: make proof tells. That every patch still fits and compiles is seen here.
func TestEachPatchFitsAndCompiles(t *testing.T) {
	t.Parallel()
	files, err := patches.ReadDir("broken")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(breakages) {
		t.Errorf("%d patches, of which %d are used", len(files), len(breakages))
	}
	for _, b := range breakages {
		t.Run(b.patch, func(t *testing.T) {
			t.Parallel()
			why, overlay, err := overlayOf(t.Context(), b.patch, "..", t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if why == "" {
				t.Error("it does not say what it breaks")
			}
			text, err := patches.ReadFile("broken/" + b.patch + ".patch")
			if err != nil {
				t.Fatal(err)
			}
			var packages []string
			for _, m := range patched.FindAllSubmatch(text, -1) {
				packages = append(packages, "../"+filepath.Dir(string(m[1])))
			}
			args := append([]string{"build", "-overlay", overlay}, slices.Compact(packages)...)
			if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestOneInvariantIsNotTakenForAnother(t *testing.T) {
	t.Parallel()
	const ten, one = "lost: invariant 10: apr_1: the page was not told", "double: invariant 1: apr_2: the page was told"
	if line := lineOf(ten, "invariant 1"); line != "" {
		t.Errorf("invariant 1 is seen in %q", line)
	}
	if line := lineOf(ten+"\n  "+one+"\n", "invariant 1"); line != one {
		t.Errorf("of invariant 1 is said %q", line)
	}
}
