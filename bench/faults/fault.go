package faults

import (
	"context"
	"time"

	"github.com/jawort/jawort/bench/local"
)

// Fault is one harm to an installation.
type Fault struct {
	Name  string
	Done  string // what is done, for people
	Needs local.Options
	Lasts time.Duration // from harm to heal, and how long the load goes on at least
	Harm  Harm          // nil: the installation itself is the harm

	// Forgets says that Redis loses what is pending, which it may. Logins are then started again.
	Forgets bool
}

// Harm does the harm, and returns what heals it; nil: it stays.
type Harm func(context.Context, *local.Stack) (Heal, error)

// Heal ends a harm.
type Heal func(context.Context) error

// down is how long something is gone before it is started again, as its supervisor would.
const down = time.Second

// All returns every fault, in the order of the table.
func All() []Fault {
	var all []Fault
	for _, some := range [][]Fault{processes(), redis(), postgres(), providers(), others(), rolling()} {
		all = append(all, some...)
	}
	return all
}

// Named returns the faults with these names; unknown is the first that there is not.
func Named(names []string) (found []Fault, unknown string) {
	for _, name := range names {
		before := len(found)
		for _, f := range All() {
			if f.Name == name {
				found = append(found, f)
			}
		}
		if len(found) == before {
			return nil, name
		}
	}
	return found, ""
}
