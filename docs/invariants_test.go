package docs_test

import "testing"

// leastInvariants is how many there are; fewer found means that the file is no longer read.
const leastInvariants = 8

func TestEveryTestThatAnInvariantNamesExists(t *testing.T) {
	t.Parallel()
	if all := promisesOf(t, "invariants.md"); len(all) < leastInvariants {
		t.Fatalf("%d invariants in the file, want %d", len(all), leastInvariants)
	}
}
