package ticket_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server/ticket"
)

func FuzzOpen(f *testing.F) {
	set, err := keys.Generate()
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	good, err := ticket.Seal(set, ticket.Ticket{Approval: "apr_0aaaaaaaaaaaaaaaaaaaaaaaaaa", Until: now.Add(time.Minute)})
	if err != nil {
		f.Fatal(err)
	}
	late, err := ticket.Seal(set, ticket.Ticket{Approval: "apr_1aaaaaaaaaaaaaaaaaaaaaaaaaa", Until: now.Add(-time.Minute)})
	if err != nil {
		f.Fatal(err)
	}
	if _, err := ticket.Open(set, good, now); err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, late, "", "jt_", "jt_AA", good[3:], good[:len(good)-1], good + "A", good + "\n", "jw_" + good[3:], "jt_=" + good[3:]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ticket.Open(set, text, now)
		if err != nil && !errors.Is(err, ticket.ErrBad) {
			t.Errorf("%q: %v, want ErrBad", text, err)
		}
		if err == nil && got.Approval != "apr_0aaaaaaaaaaaaaaaaaaaaaaaaaa" {
			t.Errorf("%q is a ticket of %+v", text, got)
		}
	})
}
