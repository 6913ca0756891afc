package smpp

import (
	"fmt"
	"time"

	"github.com/jawort/jawort/courier"
)

// status is what a response says of its request (5.1.3).
type status uint32

const (
	statusOK          status = 0x00
	statusLength      status = 0x02 // ESME_RINVCMDLEN
	statusCommand     status = 0x03 // ESME_RINVCMDID
	statusSystem      status = 0x08 // ESME_RSYSERR
	statusDestination status = 0x0b // ESME_RINVDSTADR
	statusQueueFull   status = 0x14 // ESME_RMSGQFUL
	statusThrottled   status = 0x58 // ESME_RTHROTTLED
	statusTemporary   status = 0x64 // ESME_RX_T_APPN
	statusPermanent   status = 0x65 // ESME_RX_P_APPN
)

// meaning is a status' name and what it means for a message. A status that is not listed concerns the message alone.
type meaning struct {
	name string
	kind courier.Kind
}

var meanings = map[status]meaning{
	0x01:              {"ESME_RINVMSGLEN", courier.Refused},
	statusLength:      {"ESME_RINVCMDLEN", courier.Refused},
	statusCommand:     {"ESME_RINVCMDID", courier.Alarm},
	0x04:              {"ESME_RINVBNDSTS", courier.Again},
	0x05:              {"ESME_RALYBND", courier.Again},
	statusSystem:      {"ESME_RSYSERR", courier.Again},
	0x0a:              {"ESME_RINVSRCADR", courier.Alarm},
	statusDestination: {"ESME_RINVDSTADR", courier.Unreachable},
	0x0d:              {"ESME_RBINDFAIL", courier.Alarm},
	0x0e:              {"ESME_RINVPASWD", courier.Alarm},
	0x0f:              {"ESME_RINVSYSID", courier.Alarm},
	statusQueueFull:   {"ESME_RMSGQFUL", courier.Throttled},
	0x15:              {"ESME_RINVSERTYP", courier.Alarm},
	0x45:              {"ESME_RSUBMITFAIL", courier.Again},
	0x48:              {"ESME_RINVSRCTON", courier.Alarm},
	0x49:              {"ESME_RINVSRCNPI", courier.Alarm},
	0x50:              {"ESME_RINVDSTTON", courier.Alarm},
	0x51:              {"ESME_RINVDSTNPI", courier.Alarm},
	0x53:              {"ESME_RINVSYSTYP", courier.Alarm},
	statusThrottled:   {"ESME_RTHROTTLED", courier.Throttled},
	0x62:              {"ESME_RINVEXPIRY", courier.Alarm},
	statusTemporary:   {"ESME_RX_T_APPN", courier.Again},
	statusPermanent:   {"ESME_RX_P_APPN", courier.Refused},
	0x66:              {"ESME_RX_R_APPN", courier.Refused},
	0xff:              {"ESME_RUNKNOWNERR", courier.Again},
}

// failure is what a refused request means.
func (s status) failure(throttled time.Duration) *courier.Failure {
	m, known := meanings[s]
	if !known {
		return &courier.Failure{Kind: courier.Refused, Reason: fmt.Sprintf("status-%08x", uint32(s))}
	}
	f := &courier.Failure{Kind: m.kind, Reason: m.name}
	if m.kind == courier.Throttled {
		f.After = throttled
	}
	return f
}
