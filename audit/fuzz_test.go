package audit_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/audit"
)

// mutate changes a text in one place: a byte, a piece taken out, doubled or moved.
func mutate(text []byte, r *rand.Rand) []byte {
	i, j := r.IntN(len(text)), r.IntN(len(text))
	from, to := min(i, j), min(max(i, j)+1, min(i, j)+64)
	switch r.IntN(4) {
	case 0:
		changed := slices.Clone(text)
		changed[i] ^= byte(1 + r.IntN(255))
		return changed
	case 1:
		return slices.Delete(slices.Clone(text), from, to)
	case 2:
		return slices.Insert(slices.Clone(text), from, text[from:to]...)
	default:
		piece := slices.Clone(text[from:to])
		rest := slices.Delete(slices.Clone(text), from, to)
		return slices.Insert(rest, r.IntN(len(rest)+1), piece...)
	}
}

func FuzzARandomEditIsFound(f *testing.F) {
	w := export(f, tenant, newKey(f, "k"))
	keys := published(w.key)
	whole := []byte(strings.Join(w.lines, ""))
	if _, err := audit.Verify(strings.NewReader(string(whole)), keys); err != nil {
		f.Fatal(err)
	}
	// What is whole in itself: the log as it was when the head behind the third entry was signed.
	earlier := strings.Join(w.lines[:4], "")
	for seed := range uint64(2000) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		changed := string(mutate(whole, rand.New(rand.NewPCG(seed, 1))))
		if changed == string(whole) || changed == earlier {
			return
		}
		if _, err := audit.Verify(strings.NewReader(changed), keys); err == nil {
			t.Errorf("not found:\n%s", changed)
		}
	})
}

func FuzzVerifyNeverPanics(f *testing.F) {
	w := export(f, tenant, newKey(f, "k"))
	for _, text := range append(w.lines, strings.Join(w.lines, ""), "{}\n", "{\"head\":\"..\"}\n", "null\n", "\n", "") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := audit.Verify(strings.NewReader(text), published(w.key)); err == nil && !strings.Contains(text, `{"head":`) {
			t.Errorf("a log without a head passed: %q", text)
		}
	})
}

func FuzzOpenHead(f *testing.F) {
	w := export(f, tenant, newKey(f, "k"))
	last := w.lines[len(w.lines)-1]
	good := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(last), `{"head":"`), `"}`)
	want, err := audit.OpenHead(good, published(w.key))
	if err != nil {
		f.Fatal(err)
	}
	parts := strings.Split(good, ".")
	for _, seed := range []string{good, "", "..", parts[0] + ".e30." + parts[2], parts[0] + "." + parts[1] + ".", good[:len(good)-1], "eyJhbGciOiJub25lIn0." + parts[1] + ".", `{"payload":""}`, good + "\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, compact string) {
		if got, err := audit.OpenHead(compact, published(w.key)); err == nil && got.Hash != want.Hash && !slices.Contains(heads(w.lines), compact) {
			t.Errorf("%q is a head: %+v", compact, got)
		}
	})
}

func heads(lines []string) []string {
	var all []string
	for _, line := range lines {
		if head, is := strings.CutPrefix(strings.TrimSpace(line), `{"head":"`); is {
			all = append(all, strings.TrimSuffix(head, `"}`))
		}
	}
	return all
}

func FuzzHashAndKeyAreReadAsTheyAreWritten(f *testing.F) {
	for _, seed := range []string{"", "AA", strings.Repeat("A", 43), strings.Repeat("A", 42) + "B", strings.Repeat("A", 43) + "=", strings.Repeat("A", 44), strings.Repeat("A", 42) + "\n", strings.Repeat("A", 37) + "\rAAAAAA", "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var h audit.Hash
		if err := h.UnmarshalText(text); err == nil && h.String() != string(text) {
			t.Errorf("%q is written as %q", text, h)
		}
		var k audit.Key
		if err := k.UnmarshalText(text); err != nil {
			return
		}
		if written, err := k.MarshalText(); err != nil || string(written) != string(text) {
			t.Errorf("%q is written as %q (%v)", text, written, err)
		}
	})
}
