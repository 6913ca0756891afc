package approval_test

import (
	"crypto/rand"
	"testing"

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
