package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what --json writes. What could not be measured is null.
type Report struct {
	ApprovalsPerSecond float64          `json:"approvals_per_second"`
	P256Verify         float64          `json:"p256_verify_us"`
	CPU                *CPU             `json:"cpu_us_per_approval"`
	CPUWithout         *CPU             `json:"cpu_us_per_approval_without_sockets"`
	DecisionToBrowser  *Percentiles     `json:"decision_to_browser_ms"`
	Create             *Percentiles     `json:"create_ms"`
	Push               *Percentiles     `json:"push_ms"`
	DiskBytes          *float64         `json:"disk_bytes_per_approval"` // tables and indexes
	ReadyMS            map[string]int64 `json:"ready_ms"`
	Sockets            int              `json:"sockets"`
	BytesPerSocket     *float64         `json:"bytes_per_socket"`
	Errors             int              `json:"errors"`
	Lost               int              `json:"lost"`
	Double             int              `json:"double"`
	Ailing             []string         `json:"ailing"` // what does not work: a kind of login that never succeeded, or too many errors
}

// CPU is processor time in microseconds.
type CPU struct {
	Server    float64 `json:"server"`
	MobileAPI float64 `json:"mobile_api"`
	PushGW    float64 `json:"pushgw"`
	Redis     float64 `json:"redis"`
	Postgres  float64 `json:"postgres"`
}

// Ours is what the three processes of Jawort use.
func (c CPU) Ours() float64 { return c.Server + c.MobileAPI + c.PushGW }

// All is with Redis and Postgres.
func (c CPU) All() float64 { return c.Ours() + c.Redis + c.Postgres }

// result is a report with what only people are told.
type result struct {
	Report
	options   Options
	measures  Measures
	verdict   Verdict
	errors    map[string]int
	sign      float64
	generator float64 // processor time per approval
	fakes     float64
	ready     []string
	seeded    int
	disk      string
}

func (r *Report) write(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	return nil
}

// print writes the table.
func (r *result) print(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	process := "Poisson"
	if r.options.Constant {
		process = "constant"
	}
	row("asked for", "%g logins/s (%s, seed %d) for %s after %s; %d people", r.options.Rate, process, r.options.Seed, r.options.Duration, r.options.WarmUp, r.options.People)
	if r.seeded > 0 {
		row("", "%d more accounts were written straight into the tables; nobody logs in by them", r.seeded)
	}
	row("done", "%.1f logins/s", r.ApprovalsPerSecond)
	m := r.measures
	row("", "%d approved by phone, %d denied, %d by code, %d by trusted browser; %d phones not woken by policy, %d opened unwoken",
		m.Approved, m.Denied, m.ByCode, m.ByTrust, m.Unpushed, m.Unwoken)
	row("", "p50\tp99\tp99.9")
	r.duration(t, "create", r.Create, m.Create)
	r.duration(t, "push", r.Push, m.Push)
	r.duration(t, "decision to browser", r.DecisionToBrowser, m.Decided)
	row("one P-256 verification", "%.1f µs (signing: %.1f µs)", r.P256Verify, r.sign)
	r.printCPU(row)
	if r.DiskBytes != nil {
		row("database per login", "%.0f bytes", *r.DiskBytes)
	}
	if r.Sockets > 0 && r.BytesPerSocket != nil {
		row("waiting sockets", "%d, at %.0f bytes each", r.Sockets, *r.BytesPerSocket)
	}
	if len(r.ready) > 0 {
		row("ready after", "%s", strings.Join(r.ready, ", "))
	}
	if r.disk != "" {
		row("warning", "%s", r.disk)
	}
	row("errors", "%d%s", r.Errors, counted(r.errors))
	row("lost", "%d", r.Lost)
	row("double", "%d", r.Double)
	for _, what := range r.Ailing {
		row("does not work", "%s", what)
	}
	return t.Flush()
}

func (r *result) duration(t io.Writer, name string, p *Percentiles, samples []time.Duration) {
	if p == nil {
		fmt.Fprintf(t, "%s\tnot measured\n", name)
		return
	}
	fmt.Fprintf(t, "%s\t%.2f ms\t%.2f ms\t%.2f ms\tof %d\n", name, p.P50, p.P99, p.P999, len(samples))
}

func (r *result) printCPU(row func(name, format string, args ...any)) {
	c := r.CPU
	if c == nil {
		row("generator's CPU per login", "%.0f µs", r.generator)
		return
	}
	row("CPU per login", "server %.0f µs, mobile-api %.0f µs, pushgw %.0f µs: %.0f µs, or %.1f verifications",
		c.Server, c.MobileAPI, c.PushGW, c.Ours(), c.Ours()/max(r.P256Verify, 1))
	row("", "Redis %.0f µs, Postgres %.0f µs", c.Redis, c.Postgres)
	row("", "generator %.0f µs (of which a phone's three signatures are %.0f µs), push services' stand-ins %.0f µs", r.generator, 3*r.sign, r.fakes)
}

// counted lists what failed, the most frequent first.
func counted(errors map[string]int) string {
	var names []string
	for name := range errors {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if errors[a] != errors[b] {
			return errors[b] - errors[a]
		}
		return strings.Compare(a, b)
	})
	var all strings.Builder
	for i, name := range names {
		fmt.Fprintf(&all, "%s%d × %s", map[bool]string{true: ": ", false: ", "}[i == 0], errors[name], name)
	}
	return all.String()
}

// told is how many lines of a verdict people are shown.
const told = 10

func explain(out io.Writer, what string, lines []string) {
	for _, line := range lines[:min(len(lines), told)] {
		fmt.Fprintf(out, "%s %s\n", what, line)
	}
	if more := len(lines) - told; more > 0 {
		fmt.Fprintf(out, "%s … and %d more\n", what, more)
	}
}
