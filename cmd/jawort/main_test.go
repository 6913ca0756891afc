package main

import (
	"os"
	"testing"

	"github.com/jawort/jawort/store/db/pgtest"
)

// asProgram makes the test binary be the program itself, so that tests start, and kill, the real thing.
const asProgram = "JAWORT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "1" {
		os.Unsetenv(asProgram) // not a variable that the configuration knows
		main()
		return
	}
	pgtest.Main(m)
}
