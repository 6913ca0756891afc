package main

// goal is a figure and its aim. One that is missed is no finding: it depends on the machine.
type goal struct {
	Name     string   `json:"name"`
	Measured *float64 `json:"measured"` // null: it was not measured
	Aim      float64  `json:"aim"`
	Unit     string   `json:"unit"`
	Met      bool     `json:"met"`
	How      string   `json:"how"` // what was measured, where the name does not say it

	step    string // that measures it
	atLeast bool   // it is met from the aim on upwards; else: down
}

// The goals. Each is in the report of a proof that took its step, measured or not.
var (
	goalReady     = goal{step: "idle", Name: "all in one process ready after its start", Aim: 1000, Unit: "ms"}
	goalIdle      = goal{step: "idle", Name: "all in one process, idle", Aim: 60, Unit: "MiB resident"}
	goalFast      = goal{step: "load", Name: "600 approvals/s for 60 s, p99 from decision to browser under 50 ms", Aim: 600, Unit: "approvals/s", atLeast: true}
	goalSaturated = goal{step: "load", Name: "1,000 approvals/s at saturation", Aim: 1000, Unit: "approvals/s", atLeast: true}
	goalCPU       = goal{step: "load", Name: "processor time of our processes for an approval", Aim: 10, Unit: "P-256 verifications"}
	goalBytes     = goal{step: "load", Name: "9,000 waiting sockets while 300 approvals/s run", Aim: 8192, Unit: "bytes for each"}
	goalSockets   = goal{step: "load", Name: "an approval beside 9,000 sockets instead of none", Aim: 15, Unit: "% more processor time"}
	goalAccounts  = goal{step: "load", Name: "an approval among 1,000,000 accounts instead of 1,000", Aim: 15, Unit: "% more processor time"}
)

var goals = []goal{goalReady, goalIdle, goalFast, goalSaturated, goalCPU, goalBytes, goalSockets, goalAccounts}

// aims writes down the goals of a step as not measured.
func (r *report) aims(step string) {
	for _, g := range goals {
		if g.step == step {
			r.Goals = append(r.Goals, g)
		}
	}
}

// measured writes down what was measured of a goal, and how.
func (r *report) measured(g goal, value float64, how string) {
	for i := range r.Goals {
		if r.Goals[i].Name == g.Name {
			r.Goals[i].Measured, r.Goals[i].How = &value, how
			r.Goals[i].Met = value <= g.Aim
			if g.atLeast {
				r.Goals[i].Met = value >= g.Aim
			}
		}
	}
}
