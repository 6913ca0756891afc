package ledger_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/jawort/jawort/ledger"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestAQuarterIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	q, err := ledger.ParseQuarter("2026-Q4")
	if err != nil || q != (ledger.Quarter{Year: 2026, Number: 4}) || q.String() != "2026-Q4" {
		t.Errorf("got %v, %v", q, err)
	}
	for _, s := range []string{"", "2026", "2026-Q0", "2026-Q5", "2026-q4", "2026-4", "26-Q4", "-026-Q4", "0000-Q1", "2026-Q4 ", "2026-Q10", "2026-Q+4"} {
		_, err := ledger.ParseQuarter(s)
		wantField(t, err, "quarter")
	}
}

func TestAQuarterBeginsAtMidnightOfItsTimeZone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ quarter, zone, from, until string }{
		{"2026-Q1", "Europe/Berlin", "2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z"}, // winter to summer
		{"2026-Q2", "Europe/Berlin", "2026-03-31T22:00:00Z", "2026-06-30T22:00:00Z"},
		{"2026-Q4", "Europe/Berlin", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z"}, // summer to winter
		{"2024-Q2", "Europe/Berlin", "2024-03-31T22:00:00Z", "2024-06-30T22:00:00Z"}, // clocks changed on the day before
		{"2026-Q4", "UTC", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"2026-Q4", "Pacific/Kiritimati", "2026-09-30T10:00:00Z", "2026-12-31T10:00:00Z"},
		{"2017-Q4", "America/Asuncion", "2017-10-01T04:00:00Z", "2018-01-01T03:00:00Z"}, // this midnight did not exist
	} {
		q, err := ledger.ParseQuarter(c.quarter)
		if err != nil {
			t.Fatal(err)
		}
		from, until := q.Bounds(zone(t, c.zone))
		if !from.Equal(instant(t, c.from)) || !until.Equal(instant(t, c.until)) {
			t.Errorf("%s in %s is %s to %s, want %s to %s", c.quarter, c.zone, from.UTC(), until.UTC(), c.from, c.until)
		}
	}
}

func TestEachInstantAtTheEdgeOfAQuarterIsInOneQuarter(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Europe/Berlin", "UTC", "America/Asuncion", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"} {
		z := zone(t, name)
		for q := (ledger.Quarter{Year: 1990, Number: 1}); q.Year < 2040; q = q.Next() {
			from, until := q.Bounds(z)
			for at, want := range map[time.Time]ledger.Quarter{
				from: q, from.Add(time.Microsecond): q, until.Add(-time.Microsecond): q, until: q.Next(),
			} {
				if got := ledger.QuarterOf(at.UTC(), z); got != want {
					t.Fatalf("%s in %s is in %s, want %s", at.UTC(), name, got, want)
				}
			}
		}
	}
}

func TestAMonthIsThatOfTheTimeZone(t *testing.T) {
	t.Parallel()
	at := instant(t, "2026-10-31T23:30:00Z") // November in Berlin, an hour after the clocks went back there
	berlin := zone(t, "Europe/Berlin")
	if got := ledger.Monthly.Period(at, berlin); got != "2026-11" {
		t.Errorf("the month is %s", got)
	}
	if got := ledger.Monthly.Period(at, time.UTC); got != "2026-10" {
		t.Errorf("the month in UTC is %s", got)
	}
	if got := ledger.Quarterly.Period(at, berlin); got != "2026-Q4" {
		t.Errorf("the quarter is %s", got)
	}
}
