package audit_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/audit"
)

const tenant = "ten_a"

var began = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newKey(t testing.TB, kid string) jose.JSONWebKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return jose.JSONWebKey{Key: private, KeyID: kid, Algorithm: string(jose.ES256), Use: "sig"}
}

func published(keys ...jose.JSONWebKey) jose.JSONWebKeySet {
	var set jose.JSONWebKeySet
	for _, key := range keys {
		set.Keys = append(set.Keys, key.Public())
	}
	return set
}

// written is an export that a test writes, and what it takes to write it anew.
type written struct {
	t       testing.TB
	key     jose.JSONWebKey
	chain   audit.Chain
	entries []audit.Entry
	beside  []audit.Personal
	lines   []string
}

// export writes six entries with a head behind the third and the last.
func export(t testing.TB, tenant string, key jose.JSONWebKey) *written {
	t.Helper()
	w := &written{t: t, key: key, chain: audit.NewChain(tenant)}
	for i := range 6 {
		w.append(fact(i))
		if i == 2 || i == 5 {
			w.head()
		}
	}
	return w
}

func fact(i int) audit.Fact {
	return audit.Fact{
		ID: fmt.Sprintf("evt_%d", i+1), Application: "app_1", Account: "acc_1", Kind: "approval.approved", Subject: fmt.Sprintf("apr_%d", i), Actor: "dev_1",
		Data: json.RawMessage(`{"method": "push", "attempts": 12345678901234567890}`), Time: began.Add(time.Duration(i) * time.Minute),
		Personal: map[string]string{"holder": "Anna Muster", "label": "Anna's <phone>"},
	}
}

func (w *written) append(f audit.Fact) {
	w.t.Helper()
	e, beside, err := w.chain.Append(f, rand.Reader)
	must(w.t, err)
	w.entries, w.beside = append(w.entries, e), append(w.beside, beside)
	w.line(e, beside)
}

func (w *written) line(e audit.Entry, beside audit.Personal) {
	w.t.Helper()
	w.lines = append(w.lines, entryLine(w.t, e, beside))
}

func entryLine(t testing.TB, e audit.Entry, beside audit.Personal) string {
	t.Helper()
	var b bytes.Buffer
	must(t, audit.WriteEntry(&b, e, beside))
	return b.String()
}

func (w *written) head() string {
	w.t.Helper()
	signed, err := w.chain.Head(began.Add(time.Hour)).Sign(w.key)
	must(w.t, err)
	var b bytes.Buffer
	must(w.t, audit.WriteHead(&b, signed))
	w.lines = append(w.lines, b.String())
	return signed
}

func verify(lines []string, keys jose.JSONWebKeySet, kept ...string) (audit.Report, error) {
	return audit.Verify(strings.NewReader(strings.Join(lines, "")), keys, kept...)
}

func (w *written) verify(kept ...string) (audit.Report, error) {
	return verify(w.lines, published(w.key), kept...)
}

// wantFault checks the kind and the place of the first fault.
func wantFault(t *testing.T, err error, kind audit.FaultKind, line int) {
	t.Helper()
	var f *audit.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Line != line {
		t.Fatalf("fault is %v, want %s at line %d", err, kind, line)
	}
}

// edited returns the lines with the n-th, from 1, changed.
func edited(lines []string, n int, change func(string) string) []string {
	lines = slices.Clone(lines)
	lines[n-1] = change(lines[n-1])
	return lines
}
