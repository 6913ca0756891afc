package local

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgserver"
	"github.com/jawort/jawort/store/live/redisserver"
	"github.com/jawort/jawort/store/outbox"
)

// asGreeter makes the test program a web server that answers without doing anything.
const asGreeter = "JAWORT_TEST_GREETER"

func TestMain(m *testing.M) {
	if os.Getenv(asGreeter) != "" {
		greet()
	}
	os.Exit(m.Run())
}

func greet() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	panic(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"id":"apr_01","status":"pending","number":"42"}`)
	})))
}

// BenchmarkParts measures what the parts of a login cost by themselves, with the same libraries and servers and nothing of Jawort around
// them: processor time of the process that does it (own) and of the server that it asks (theirs). A login cannot cost less than their sum.
func BenchmarkParts(b *testing.B) {
	postgres, err := pgserver.Start(pgserver.Options{Parent: os.Getenv("TMPDIR"), Settings: settings})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(postgres.Remove)
	d, err := db.Open(b.Context(), postgres.URL("postgres"), db.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	live, err := redisserver.Start(redisserver.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(live.Kill)
	client := redis.NewClient(&redis.Options{Addr: live.Addr, DisableIdentity: true})
	b.Cleanup(func() { _ = client.Close() })
	must(b, client.HSet(b.Context(), "approval", fields()...).Err())
	_, err = db.Exec(b.Context(), d.Writes(), `INSERT INTO tenants (id, name, created_at) VALUES ('ten_1', 'one', 1)`)
	must(b, err)

	b.Run("P256", func(b *testing.B) { verify(b) })
	b.Run("HTTP", func(b *testing.B) { request(b) })
	b.Run("SQLRead", func(b *testing.B) {
		costs(b, postgres.PID(), func(ctx context.Context) error {
			_, err := db.One(ctx, d.Reads(), db.ScanString, `SELECT name FROM tenants WHERE id = $1`, "ten_1")
			return err
		})
	})
	b.Run("SQLCommit", func(b *testing.B) {
		costs(b, postgres.PID(), func(ctx context.Context) error {
			return d.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
				return outbox.Put(ctx, tx, outbox.Event{Kind: "test"})
			})
		})
	})
	b.Run("Redis", func(b *testing.B) {
		costs(b, live.PID(), func(ctx context.Context) error { return client.HGetAll(ctx, "approval").Err() })
	})
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// fields are about as many and as long as those of a pending approval.
func fields() (all []any) {
	for i := range 16 {
		all = append(all, fmt.Sprintf("field%d", i), strings.Repeat("x", 40))
	}
	return all
}

// costs does it over and over, 16 at a time.
func costs(b *testing.B, server int, do func(context.Context) error) {
	before, asked := used(b, os.Getpid()), used(b, server)
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if err := do(b.Context()); err != nil {
				b.Error(err)
			}
		}
	})
	b.StopTimer()
	per := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(b.N) }
	b.ReportMetric(per(used(b, os.Getpid())-before), "own-µs/op")
	b.ReportMetric(per(used(b, server)-asked), "theirs-µs/op")
}

func used(b *testing.B, pid int) time.Duration {
	b.Helper()
	t, err := family(pid)
	must(b, err)
	if pid == os.Getpid() { // not of the servers, which are its children
		s, err := readStat(pid)
		must(b, err)
		return s.own
	}
	return t
}

func verify(b *testing.B) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(b, err)
	digest := sha256.Sum256([]byte("decision"))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	must(b, err)
	for b.Loop() {
		if !ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature) {
			b.Fatal("not verified")
		}
	}
}

// request asks a server in another process over kept connections. What asks here writes bytes, so that hardly more than the server is measured.
func request(b *testing.B) {
	self, err := os.Executable()
	must(b, err)
	greeter := exec.CommandContext(b.Context(), self)
	greeter.Env = append(os.Environ(), asGreeter+"=1")
	out, err := greeter.StdoutPipe()
	must(b, err)
	must(b, greeter.Start())
	b.Cleanup(func() { _ = greeter.Process.Kill(); _ = greeter.Wait() })
	var addr string
	_, err = fmt.Fscan(out, &addr)
	must(b, err)
	idle := make(chan net.Conn, 64)
	costs(b, greeter.Process.Pid, func(context.Context) error {
		conn, err := connected(idle, addr)
		if err != nil {
			return err
		}
		defer func() { idle <- conn }()
		if _, err := conn.Write([]byte(question)); err != nil {
			return err
		}
		_, err = conn.Read(make([]byte, 4096))
		return err
	})
	close(idle)
	for conn := range idle {
		_ = conn.Close()
	}
}

// question is a request with the headers that a login service sends.
const question = "GET /v1/approvals/apr_01 HTTP/1.1\r\nHost: jawort.example\r\nUser-Agent: login/1.0\r\nAccept: application/json\r\n" +
	"Authorization: Bearer jw_0123456789012345678901234567890123456789\r\n\r\n"

func connected(idle <-chan net.Conn, addr string) (net.Conn, error) {
	select {
	case conn := <-idle:
		return conn, nil
	default:
		return net.Dial("tcp", addr)
	}
}
