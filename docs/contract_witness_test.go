package docs_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/store/db"
)

// hang is when an answer counts as none: nobody asks to wait for longer than a second.
const hang = 20 * time.Second

// witness stands before the referee, and counts what is in the database before and after.
type witness struct {
	referee *referee
	known   known
	rows    func() map[string]int
	seed    uint64
	count   int
	last    string
}

// RoundTrip implements http.RoundTripper.
func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	w.count++
	sent, err := drain(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(sent))
	if media, ok := r.Context().Value(mediaType{}).(string); ok {
		r.Header.Set("Content-Type", media)
	}
	w.last = fmt.Sprintf("%s %s %.300q", r.Method, r.URL.RequestURI(), sent)
	before := w.rows()
	resp, err := w.referee.RoundTrip(r)
	if err != nil {
		w.referee.foul("no answer: %v", err)
		return nil, err
	}
	body, err := drain(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return resp, err
	}
	w.known.harvest(body)
	if resp.StatusCode >= 500 {
		w.referee.foul("%d: %s", resp.StatusCode, body)
	}
	if resp.StatusCode >= 400 {
		w.compare(before, w.rows(), outcomeOf(exchange{status: resp.StatusCode, body: body}))
	}
	return resp, nil
}

type mediaType struct{}

// behind are tables that are filled a little later, by what follows from an earlier request.
var behind = []string{"messages", "message_references", "notices", "outbox", "tallies", "ledger_entries", "ledger_pots", "ledger_windows", "webhook_attempts", "webhook_deliveries"}

func (w *witness) compare(before, after map[string]int, outcome string) {
	for table, n := range after {
		if n != before[table] && !slices.Contains(behind, table) {
			w.referee.foul("refused with %s, and yet %s has %d rows instead of %d", outcome, table, n, before[table])
		}
	}
}

// counter returns a function that counts the rows of all tables.
func (s *stranger) counter() func() map[string]int {
	s.Helper()
	reads := s.process.Lasting().Reads()
	tables, err := db.All(s.Context(), reads, db.ScanString, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	s.must(err)
	counts := make([]string, len(tables))
	for i, table := range tables {
		counts[i] = "SELECT '" + table + "' || ' ' || COUNT(*) FROM " + table
	}
	query := strings.Join(counts, " UNION ALL ")
	return func() map[string]int {
		lines, err := db.All(s.Context(), reads, db.ScanString, query)
		s.must(err)
		rows := make(map[string]int, len(lines))
		for _, line := range lines {
			var table string
			var n int
			_, err := fmt.Sscan(line, &table, &n)
			s.must(err)
			rows[table] = n
		}
		return rows
	}
}

// known are the ids, tickets and names that a stranger has seen, by what they begin with.
type known map[string][]string

var told = regexp.MustCompile(`\b(apr|dev|enr|whk|whd|rec|ntc|brw|pky|jt|jb)_[A-Za-z0-9_-]{20,}`)

const remembers = 12 // of each kind, the latest

func (k known) harvest(body []byte) {
	for _, found := range told.FindAllSubmatch(body, -1) {
		k.learn(string(found[1]), string(found[0]))
	}
}

func (k known) learn(kind string, names ...string) {
	for _, name := range names {
		if !slices.Contains(k[kind], name) {
			k[kind] = append(k[kind], name)
		}
	}
	k[kind] = k[kind][max(0, len(k[kind])-remembers):]
}
