package faults_test

import (
	"math"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/jawort/jawort/bench/faults"
)

func TestAHistoryIsExplainedByOneOutcomeThatEverybodySeesOrFound(t *testing.T) {
	t.Parallel()
	op := func(call, back int64, what, device string, s faults.Seen) porcupine.Operation {
		return porcupine.Operation{Call: call, Return: back, Input: faults.Act{Approval: "apr_1", What: what, Device: device}, Output: s}
	}
	approve := func(call, back int64, device string, s faults.Seen) porcupine.Operation {
		return op(call, back, faults.Approve, device, s)
	}
	read := func(call, back int64, status, device string) porcupine.Operation {
		return op(call, back, faults.Read, "", faults.Seen{Status: status, Device: device})
	}
	won, late, unknown, refused := faults.Seen{Status: "approved"}, faults.Seen{Late: true}, faults.Seen{Unknown: true}, faults.Seen{Refused: true}
	type history []porcupine.Operation
	for name, c := range map[string]struct {
		history history
		holds   bool
	}{
		"one wins, one is late":             {history{approve(0, 10, "a", won), approve(0, 9, "b", late), read(11, 12, "approved", "a")}, true},
		"a read before and one at the time": {history{read(0, 1, "pending", ""), approve(2, 10, "a", won), read(3, 9, "pending", "")}, true},
		"the winner asks again":             {history{approve(0, 10, "a", won), approve(11, 12, "a", won)}, true},
		"a lost answer that happened":       {history{approve(0, math.MaxInt64, "a", unknown), read(20, 21, "approved", "a")}, true},
		"a lost answer that did not":        {history{approve(0, math.MaxInt64, "a", unknown), approve(20, 21, "b", won), read(22, 23, "approved", "b")}, true},
		"a report after the end":            {history{approve(0, 10, "a", won), op(11, 12, faults.Report, "b", won)}, true},
		"cancelled":                         {history{op(0, 5, faults.Cancel, "", faults.Seen{Status: "cancelled"}), approve(6, 9, "a", late)}, true},
		"a pending one is forgotten":        {history{read(0, 1, "pending", ""), op(2, 3, faults.Read, "", refused), approve(2, 3, "a", refused)}, true},

		"two winners":                       {history{approve(0, 10, "a", won), approve(0, 10, "b", won)}, false},
		"two winners, one asked later":      {history{approve(0, 1, "a", won), approve(5, 10, "b", won)}, false},
		"cancelled and approved":            {history{op(0, 5, faults.Cancel, "", faults.Seen{Status: "cancelled"}), approve(0, 5, "a", won)}, false},
		"a stale read":                      {history{approve(0, 10, "a", won), read(11, 12, "pending", "")}, false},
		"a read of somebody else":           {history{approve(0, 10, "a", won), read(11, 12, "approved", "b")}, false},
		"an outcome that changes":           {history{approve(0, math.MaxInt64, "a", unknown), approve(0, math.MaxInt64, "b", unknown), read(1, 2, "approved", "a"), read(3, 4, "approved", "b")}, false},
		"late where nobody else was there":  {history{approve(0, 10, "a", late)}, false},
		"an outcome that nobody made":       {history{read(0, 1, "approved", "a")}, false},
		"an outcome that is forgotten":      {history{approve(0, 10, "a", won), op(11, 12, faults.Read, "", refused)}, false},
		"an approve that reported":          {history{approve(0, 10, "a", faults.Seen{Status: "reported"})}, false},
		"expired, and then somebody wins":   {history{op(0, math.MaxInt64, faults.Expire, "", unknown), read(1, 2, "expired", ""), approve(3, 4, "a", won)}, false},
		"expired before it could have been": {history{op(10, math.MaxInt64, faults.Expire, "", unknown), read(1, 2, "expired", "")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if broken := faults.NotLinear(c.history); (len(broken) == 0) != c.holds {
				t.Errorf("found %q", broken)
			}
		})
	}
}

func TestEachApprovalHasAHistoryOfItsOwn(t *testing.T) {
	t.Parallel()
	won := faults.Seen{Status: "approved"}
	history := []porcupine.Operation{
		{Call: 0, Return: 1, Input: faults.Act{Approval: "apr_1", What: faults.Approve, Device: "a"}, Output: won},
		{Call: 0, Return: 1, Input: faults.Act{Approval: "apr_2", What: faults.Approve, Device: "b"}, Output: won},
	}
	if broken := faults.NotLinear(history); len(broken) > 0 {
		t.Error(broken)
	}
	history[1].Input = faults.Act{Approval: "apr_1", What: faults.Approve, Device: "b"}
	if broken := faults.NotLinear(history); len(broken) != 1 {
		t.Error(broken)
	}
}
