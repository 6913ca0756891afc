package approval_test

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
)

func TestEachPartOfADecisionChangesTheChallenge(t *testing.T) {
	t.Parallel()
	base := approval.Challenge(approval.Approve, "42", []byte("doc"))
	for name, other := range map[string][32]byte{
		"decision":                     approval.Challenge(approval.Deny, "42", []byte("doc")),
		"number":                       approval.Challenge(approval.Approve, "43", []byte("doc")),
		"no number":                    approval.Challenge(approval.Approve, "", []byte("doc")),
		"document":                     approval.Challenge(approval.Approve, "42", []byte("dod")),
		"digits moved to the document": approval.Challenge(approval.Approve, "4", []byte("2\x00doc")),
	} {
		if other == base {
			t.Errorf("%s: same challenge", name)
		}
	}
}

func TestOnlyUpToSixDigitsAreANumber(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{"": true, "0": true, "42": true, "123456": true, "1234567": false, "4 2": false,
		"-1": false, "٤٢": false, "42\n": false, "4\x002": false} {
		if approval.ValidNumber(s) != want {
			t.Errorf("ValidNumber(%q) = %v", s, !want)
		}
	}
}

func TestNumbersHaveTheirDigitsAndAreSpreadEvenly(t *testing.T) {
	t.Parallel()
	if n, err := approval.NewNumber(rand.Reader, 0); err != nil || n != "" {
		t.Errorf("no digits gave %q, %v", n, err)
	}
	for digits := 2; digits <= 6; digits++ {
		n, err := approval.NewNumber(rand.Reader, digits)
		if err != nil || len(n) != digits || !approval.ValidNumber(n) {
			t.Errorf("%d digits gave %q, %v", digits, n, err)
		}
	}
	counts := map[string]int{}
	const draws = 20000
	for range draws {
		n, err := approval.NewNumber(rand.Reader, 2)
		if err != nil {
			t.Fatal(err)
		}
		counts[n]++
	}
	if len(counts) != 100 {
		t.Errorf("%d of 100 numbers were drawn", len(counts))
	}
	for n, c := range counts { // expected 200 each; six standard deviations are 85
		if c < 100 || c > 300 {
			t.Errorf("%s was drawn %d times of %d", n, c, draws)
		}
	}
}

func TestAnIDCarriesThePartitionOfItsAccount(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for range 500 {
		account := rand.Text()
		s, err := approval.NewID(rand.Reader, account)
		if err != nil {
			t.Fatal(err)
		}
		p, err := approval.ParseID(s)
		if err != nil || p != approval.PartitionOf(account) || len(s) > 32 {
			t.Fatalf("ParseID(%q) = %d, %v; the account is in %d", s, p, err, approval.PartitionOf(account))
		}
		seen[p] = true
	}
	if len(seen) != approval.Partitions {
		t.Errorf("500 accounts filled %d of %d partitions", len(seen), approval.Partitions)
	}
}

func TestWhatIsNotAnIDIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "apr_", "apr_5", "apr_gaaaaaaaaaaaaaaaaaaaaaaaaaa", "dev_5aaaaaaaaaaaaaaaaaaaaaaaaaa",
		"apr_5AAAAAAAAAAAAAAAAAAAAAAAAAA", "apr_5aaaaaaaaaaaaaaaaaaaaaaaaaaa", "apr_5aaaaaaaaaaaaaaaaaaaaaaaaa\x00"} {
		if _, err := approval.ParseID(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}

func TestEverythingThatDecidesIsFixedWhileAnApprovalIsPending(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	base := approval.Pending{ID: "apr_1", Tenant: "t", Application: "a", Account: "acc", Kind: approval.Login, Document: []byte("d"), Number: "42",
		Session: "s", CreatedAt: now, ExpiresAt: now.Add(time.Minute), ClosesAt: now.Add(time.Hour)}
	for name, change := range map[string]func(*approval.Pending){
		"id":                        func(p *approval.Pending) { p.ID = "apr_2" },
		"tenant":                    func(p *approval.Pending) { p.Tenant = "u" },
		"application":               func(p *approval.Pending) { p.Application = "b" },
		"account":                   func(p *approval.Pending) { p.Account = "acd" },
		"kind":                      func(p *approval.Pending) { p.Kind = approval.Transaction },
		"document":                  func(p *approval.Pending) { p.Document = []byte("e") },
		"number":                    func(p *approval.Pending) { p.Number = "43" },
		"session":                   func(p *approval.Pending) { p.Session = "" },
		"creation":                  func(p *approval.Pending) { p.CreatedAt = now.Add(time.Microsecond) },
		"expiry":                    func(p *approval.Pending) { p.ExpiresAt = now.Add(2 * time.Minute) },
		"closing":                   func(p *approval.Pending) { p.ClosesAt = now.Add(2 * time.Hour) },
		"a part moved to the next":  func(p *approval.Pending) { p.Tenant, p.Application = "ta", "" },
		"a digit moved to the next": func(p *approval.Pending) { p.Number, p.Session = "4", "2s" },
	} {
		other := base
		change(&other)
		if bytes.Equal(other.Fixed(), base.Fixed()) {
			t.Errorf("%s: may be changed", name)
		}
	}
	moving := base
	moving.Delivery.Sent, moving.Superseded, moving.Ended = 3, true, true
	if !bytes.Equal(moving.Fixed(), base.Fixed()) {
		t.Error("what changes while it waits is fixed")
	}
}
