package bench

import (
	"math/rand/v2"

	"github.com/jawort/jawort/phone"
)

// way is how a login is meant to be confirmed.
type way int

const (
	byPhone way = iota
	byCode
	byTrust
)

// plan is what one login is going to be.
type plan struct {
	way      way
	decision phone.Decision // by phone
	wrong    bool           // a wrong number first
}

// plans draws what the logins are.
type plans struct {
	o      Options
	random *rand.Rand
}

func (o Options) plans() *plans { return &plans{o, o.random(2)} }

func (p *plans) next() plan {
	kind, wrong := p.random.Float64(), p.random.Float64() < p.o.Wrong
	switch {
	case kind < p.o.Code:
		return plan{way: byCode}
	case kind < p.o.Code+p.o.Trusted:
		return plan{way: byTrust}
	case kind < p.o.Code+p.o.Trusted+p.o.Deny:
		return plan{way: byPhone, decision: phone.Deny}
	default:
		return plan{way: byPhone, decision: phone.Approve, wrong: wrong}
	}
}
