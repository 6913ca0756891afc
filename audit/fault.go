package audit

import "fmt"

// FaultKind says what is wrong with a log.
type FaultKind string

// What may be wrong with a log.
const (
	Unreadable FaultKind = "unreadable" // what stands there is no part of an export
	Foreign    FaultKind = "foreign"    // of another tenant's chain
	Front      FaultKind = "front"      // does not begin with the first entry
	Gap        FaultKind = "gap"        // entries are missing in between
	Order      FaultKind = "order"      // an entry comes twice or too late
	Edited     FaultKind = "edited"     // something is not what it was
	Broken     FaultKind = "broken"     // an entry does not follow from the one before
	HeadFault  FaultKind = "head"       // a head does not hold, or states another chain
	Cut        FaultKind = "cut"        // the end is missing
)

// Fault is the first thing that is wrong with a log, and where.
type Fault struct {
	Kind     FaultKind
	Line     int   // of an export, from 1; 0: not of an export
	Sequence int64 // of the entry, or of the last one before
	Detail   string
}

func (f *Fault) Error() string {
	place := fmt.Sprintf("entry %d", f.Sequence)
	if f.Line > 0 {
		place = fmt.Sprintf("line %d, %s", f.Line, place)
	}
	return fmt.Sprintf("%s: %s: %s", place, f.Kind, f.Detail)
}

func fault(kind FaultKind, sequence int64, format string, args ...any) *Fault {
	return &Fault{Kind: kind, Sequence: sequence, Detail: fmt.Sprintf(format, args...)}
}
