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

	"github.com/jawort/jawort/figures"
	"github.com/jawort/jawort/store/db"
)

// hang is when an answer counts as none: nobody asks to wait for longer than a second.
const hang = 20 * time.Second

// witness stands before the referee, and reads what is in the database before and after.
type witness struct {
	referee *referee
	known   known
	rows    func() map[string]string // by table
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
var behind = []string{"messages", "message_references", "notices", "outbox", "tallies", "webhook_attempts", "webhook_deliveries"}

func (w *witness) compare(before, after map[string]string, outcome string) {
	for table, rows := range after {
		if rows != before[table] && !slices.Contains(behind, table) {
			w.referee.foul("refused with %s, and yet %s holds\n%s\ninstead of\n%s", outcome, table, rows, before[table])
		}
	}
}

// aside picks the columns that are compared: not what deliveries of earlier events write, nor when a key was used last, which a refused request notes too.
const aside = `name <> 'failing_since' AND NOT ($1 = 'api_keys' AND name = 'used_at')`

// reader returns a function that reads all rows of all tables, in one question since there are many requests, and counts the keys of Redis.
func (s *stranger) reader() func() map[string]string {
	s.Helper()
	reads := s.process.Lasting().Reads()
	tables, err := db.All(s.Context(), reads, db.ScanString, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	s.must(err)
	contents := make([]string, len(tables))
	for i, table := range tables {
		columns, err := db.All(s.Context(), reads, db.ScanString, `SELECT 'quote("' || name || '")' FROM pragma_table_info($1) WHERE `+aside, table)
		s.must(err)
		contents[i] = "SELECT '" + table + "' || char(10) || COALESCE(GROUP_CONCAT(" + strings.Join(columns, " || ' ' || ") + ", char(10)), '') FROM " + table
	}
	query, since := strings.Join(contents, " UNION ALL "), figures.Newest(time.Now()).Add(-time.Minute)
	return func() map[string]string {
		read, err := db.All(s.Context(), reads, db.ScanString, query)
		s.must(err)
		rows := make(map[string]string, len(read))
		for _, text := range read {
			table, content, _ := strings.Cut(text, "\n")
			rows[table] = content
		}
		rows["redis"] = fmt.Sprintf("%d keys", s.keys(since))
		return rows
	}
}

// keys counts those of Redis, but for the figures, to which processes add by themselves.
func (s *stranger) keys(since time.Time) int64 {
	s.Helper()
	for {
		before := s.buckets(since)
		held, err := s.process.Live().Size(s.Context())
		s.must(err)
		if s.buckets(since) == before { // none was added meanwhile
			return held - before
		}
	}
}

// buckets counts those of the figures since then.
func (s *stranger) buckets(since time.Time) (n int64) {
	s.Helper()
	points, err := s.process.Live().Figures(s.Context(), since, time.Now().Add(figures.Every))
	s.must(err)
	for _, p := range points {
		if p.Processes > 0 {
			n++
		}
	}
	return n
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
