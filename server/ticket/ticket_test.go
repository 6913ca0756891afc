package ticket_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server/ticket"
)

var until = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func sealed(t *testing.T, k *keys.Set) (ticket.Ticket, string) {
	t.Helper()
	want := ticket.Ticket{Approval: "apr_1", Application: "app_1", Account: "acc_1", Until: until}
	text, err := ticket.Seal(k, want)
	if err != nil {
		t.Fatal(err)
	}
	return want, text
}

func newKeys(t *testing.T) *keys.Set {
	t.Helper()
	k, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestATicketOpensUntilItsLastMoment(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	want, text := sealed(t, k)
	for _, now := range []time.Time{until.Add(-time.Hour), until} {
		got, err := ticket.Open(k, text, now)
		if err != nil || got != want {
			t.Errorf("at %v: got %+v, %v", now, got, err)
		}
	}
	if _, err := ticket.Open(k, text, until.Add(time.Second)); !errors.Is(err, ticket.ErrBad) {
		t.Errorf("an expired ticket opens: %v", err)
	}
}

func TestATicketHidesWhatItSays(t *testing.T) {
	t.Parallel()
	_, text := sealed(t, newKeys(t))
	if !strings.HasPrefix(text, "jt_") || strings.Contains(text, "apr_") {
		t.Errorf("ticket %q", text)
	}
}

func TestAForgedTicketIsRefused(t *testing.T) {
	t.Parallel()
	k := newKeys(t)
	_, text := sealed(t, k)
	_, foreign := sealed(t, newKeys(t))
	other, err := k.Seal([]byte(`{"approval":"apr_1"}`), "another purpose")
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(text)
	flipped[len(flipped)/2] ^= 1
	for name, forged := range map[string]string{
		"nothing": "", "prefix only": "jt_", "no prefix": text[3:], "cut": text[:len(text)-8],
		"changed": string(flipped), "of another installation": foreign, "sealed for another purpose": "jt_" + string(other),
		"endless": "jt_" + strings.Repeat("A", 1<<20), "not base64": "jt_!!!",
	} {
		if _, err := ticket.Open(k, forged, until); !errors.Is(err, ticket.ErrBad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
