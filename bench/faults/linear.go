package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// Act is what somebody did to an approval.
type Act struct {
	Approval string
	What     string // approve, report, cancel, read, or expire, which nobody does
	Device   string // of approve and report
}

// The acts.
const (
	Approve = "approve"
	Report  = "report"
	Cancel  = "cancel"
	Read    = "read"
	Expire  = "expire"
)

// Seen is what they were answered.
type Seen struct {
	Status  string // 200: approved, reported, cancelled …; of a read also pending
	Device  string // of a read: whose the outcome is
	Late    bool   // it had ended already
	Refused bool   // the question is not known; Redis may forget one that is pending
	Unknown bool   // no answer came: it may have happened, or not
}

const pendingState = "pending"

func outcome(status, device string) string { return status + " " + device }

// becomes is what an act makes of a pending approval.
func (a Act) becomes() string {
	return map[string]string{
		Approve: outcome("approved", a.Device), Report: outcome("reported", a.Device), Cancel: outcome("cancelled", ""), Expire: outcome("expired", ""),
	}[a.What]
}

// step is one approval: pending until its one outcome, which everybody then sees.
func step(state string, a Act, s Seen) (possible bool, next string) {
	pending := state == pendingState
	status, device, _ := strings.Cut(state, " ")
	switch {
	case s.Unknown && a.What != Read && pending:
		return true, a.becomes() // what did not happen at all stands at the end of the history, where nobody sees it
	case s.Unknown:
		return true, state
	case s.Refused:
		// Nobody is told that a question is unknown once a read has an outcome to tell; a phone is told it of what it may not decide.
		return a.What != Read || pending, state
	case s.Late:
		return !pending, state
	case a.What == Read:
		return s.Status == status && s.Device == device, state
	case pending:
		next := a.becomes()
		return strings.HasPrefix(next, s.Status+" "), next
	default:
		// Repeated, it is the first answer again. A report after the end is taken, and changes nothing.
		return s.Status == status && (device == a.Device || a.What == Report), state
	}
}

// Approvals is the model of all approvals, each by itself.
func Approvals() porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
			var order []string
			by := map[string][]porcupine.Operation{}
			for _, op := range history {
				id := op.Input.(Act).Approval
				if by[id] == nil {
					order = append(order, id)
				}
				by[id] = append(by[id], op)
			}
			var parts [][]porcupine.Operation
			for _, id := range order {
				parts = append(parts, by[id])
			}
			return parts
		},
		Init: func() any { return pendingState },
		Step: func(state, input, output any) (bool, any) {
			possible, next := step(state.(string), input.(Act), output.(Seen))
			return possible, next
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
	}
}

// checking bounds the check of one approval: there are few acts on each.
const checking = 10 * time.Second

// NotLinear returns what of a history no order of the acts explains.
func NotLinear(history []porcupine.Operation) (broken []string) {
	model := Approvals()
	for _, one := range model.Partition(history) {
		if got := porcupine.CheckOperationsTimeout(model, one, checking); got != porcupine.Ok {
			broken = append(broken, fmt.Sprintf("invariant 1: no order of what was seen of %s explains it (%s): %s", one[0].Input.(Act).Approval, got, told(one)))
		}
	}
	return broken
}

func told(history []porcupine.Operation) string {
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var all []string
	for _, op := range history {
		a, s := op.Input.(Act), op.Output.(Seen)
		all = append(all, fmt.Sprintf("%s %s from %s to %s: %+v", a.What, a.Device, time.Duration(op.Call), time.Duration(op.Return), s))
	}
	return strings.Join(all, "; ")
}
