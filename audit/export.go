package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/go-jose/go-jose/v4"
)

// maxLine bounds a line of an export.
const maxLine = 1 << 20

// line is one line of an export: an entry with what lies beside it, or a signed head.
type line struct {
	Entry    *Entry   `json:"entry,omitempty"`
	Personal Personal `json:"personal,omitempty"`
	Head     string   `json:"head,omitempty"`
}

// WriteEntry writes an entry as a line of an export.
func WriteEntry(w io.Writer, e Entry, beside Personal) error {
	return writeLine(w, line{Entry: &e, Personal: beside})
}

// WriteHead writes a signed head as a line of an export.
func WriteHead(w io.Writer, compact string) error { return writeLine(w, line{Head: compact}) }

func writeLine(w io.Writer, l line) error {
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("audit: encode line: %w", err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// Verify checks an export without any network: that it is one tenant's whole chain, byte by byte as it was written, up to
// a head that one of the published keys signed. Heads that were kept from before must be contained in it. A *Fault says
// what is wrong first, and where.
func Verify(export io.Reader, published jose.JSONWebKeySet, kept ...string) (Report, error) {
	r := exportReader{published: published, kept: kept, visit: func(Entry) error { return nil }}
	return r.read(export)
}

// Entries is Verify that shows every entry. What it has shown is only to be believed once it returns without an error.
func Entries(export io.Reader, published jose.JSONWebKeySet, visit func(Entry) error) (Report, error) {
	r := exportReader{published: published, visit: visit}
	return r.read(export)
}

func (r *exportReader) read(export io.Reader) (Report, error) {
	lines := bufio.NewScanner(export)
	lines.Buffer(nil, maxLine)
	lines.Split(wholeLines)
	for lines.Scan() {
		r.line++
		if err := r.take(lines.Bytes()); err != nil {
			return Report{}, r.located(err)
		}
	}
	if err := lines.Err(); err != nil {
		r.line++
		return Report{}, r.located(r.unreadable(err))
	}
	return r.end()
}

// wholeLines splits at line feeds alone, and refuses a last line without one.
func wholeLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if end := bytes.IndexByte(data, '\n'); end >= 0 {
		return end + 1, data[:end], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, errors.New("the line does not end")
	}
	return 0, nil, nil
}

type exportReader struct {
	published jose.JSONWebKeySet
	kept      []string
	visit     func(Entry) error
	verifier  *Verifier // from the first line on, which says whose log it is
	line      int
	signed    bool // the last line was a head
}

func (r *exportReader) take(text []byte) error {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return r.unreadable(err)
	}
	// Only what it is written like stands for it: no other spacing, no name twice, no member that nobody reads.
	if again, err := json.Marshal(l); err != nil || !bytes.Equal(again, text) {
		return r.unreadable(errors.New("it is not written as an export writes it"))
	}
	if err := r.begin(l); err != nil {
		return err
	}
	r.signed = l.Entry == nil
	switch {
	case l.Entry != nil && l.Head == "":
		if err := r.verifier.Entry(*l.Entry, l.Personal); err != nil {
			return err
		}
		return r.visit(*l.Entry)
	case l.Entry == nil && l.Head != "" && l.Personal == nil:
		return r.verifier.Head(l.Head)
	default:
		return r.unreadable(errors.New("it is neither an entry nor a head"))
	}
}

// begin learns from the first line whose log it is.
func (r *exportReader) begin(l line) error {
	if r.verifier != nil {
		return nil
	}
	tenant := ""
	if l.Entry != nil {
		tenant = l.Entry.Tenant
	} else if h, err := OpenHead(l.Head, r.published); err == nil {
		tenant = h.Tenant
	}
	r.verifier = NewVerifier(tenant, r.published)
	for _, head := range r.kept {
		if err := r.verifier.Expect(head); err != nil {
			return err
		}
	}
	return nil
}

func (r *exportReader) unreadable(err error) *Fault {
	var at int64
	if r.verifier != nil {
		at = r.verifier.chain.Sequence
	}
	return fault(Unreadable, at, "%v", err)
}

// located says on which line a fault is.
func (r *exportReader) located(err error) error {
	var f *Fault
	if errors.As(err, &f) {
		f.Line = r.line
	}
	return err
}

func (r *exportReader) end() (Report, error) {
	if r.verifier == nil {
		return Report{}, fault(Cut, 0, "the file is empty")
	}
	report, err := r.verifier.End()
	if err == nil && !r.signed {
		err = fault(Cut, report.Entries, "no signed head follows at the end")
	}
	if err != nil {
		return Report{}, r.located(err)
	}
	return report, nil
}
