package account_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

// costs are situations that take every path through an evaluation.
func costs() map[string]account.Situation {
	trusted, asked, first, aal2, blocked := everyday(), everyday(), everyday(), everyday(), everyday()
	asked.Trust, asked.Active = nil, account.Methods
	first.Devices = 0
	aal2.Kind, aal2.Application.Policy.Preset, aal2.Active, aal2.NamesSums = approval.Transaction, account.AAL2, account.Methods, true
	blocked.Trust, blocked.Group.Policy.Methods = nil, []approval.Method{approval.MethodEmail}
	return map[string]account.Situation{"trusted": trusted, "asked": asked, "first login": first, "transaction": aal2, "blocked": blocked}
}

// It cannot run beside other tests: AllocsPerRun counts for the whole process.
func TestAnEvaluationAllocatesAtMostTwice(t *testing.T) {
	for name, s := range costs() {
		if n := testing.AllocsPerRun(1000, func() { account.Evaluate(s) }); n > 2 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	for name, s := range costs() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				account.Evaluate(s)
			}
		})
	}
}
