package smpp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// command is the kind of a PDU (5.1.2.1).
type command uint32

const (
	genericNack         command = 0x80000000
	bindTransceiver     command = 0x00000009
	bindTransceiverResp command = 0x80000009
	submitSM            command = 0x00000004
	submitSMResp        command = 0x80000004
	deliverSM           command = 0x00000005
	deliverSMResp       command = 0x80000005
	unbind              command = 0x00000006
	unbindResp          command = 0x80000006
	enquireLink         command = 0x00000015
	enquireLinkResp     command = 0x80000015

	response command = 0x80000000
)

// pdu is one protocol data unit: a header of four numbers and what follows it.
type pdu struct {
	command  command
	status   status
	sequence uint32
	body     []byte
}

const (
	headerBytes = 16
	// maxPDU is more than any PDU that we ask for: the longest is a deliver_sm with a payload of a few SMS.
	maxPDU = 16 << 10
)

var errLength = errors.New("smpp: a PDU has a length that cannot be")

// readPDU reads the next PDU, or returns errLength where it says a length that cannot be.
func readPDU(r io.Reader) (pdu, error) {
	var header [headerBytes]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return pdu{}, fmt.Errorf("smpp: read: %w", err)
	}
	length := binary.BigEndian.Uint32(header[0:])
	p := pdu{
		command:  command(binary.BigEndian.Uint32(header[4:])),
		status:   status(binary.BigEndian.Uint32(header[8:])),
		sequence: binary.BigEndian.Uint32(header[12:]),
	}
	if length < headerBytes || length > maxPDU {
		return p, errLength
	}
	p.body = make([]byte, length-headerBytes)
	if _, err := io.ReadFull(r, p.body); err != nil {
		return pdu{}, fmt.Errorf("smpp: read: %w", err)
	}
	return p, nil
}

func (p pdu) bytes() []byte {
	b := make([]byte, 0, headerBytes+len(p.body))
	b = binary.BigEndian.AppendUint32(b, uint32(headerBytes+len(p.body)))
	b = binary.BigEndian.AppendUint32(b, uint32(p.command))
	b = binary.BigEndian.AppendUint32(b, uint32(p.status))
	b = binary.BigEndian.AppendUint32(b, p.sequence)
	return append(b, p.body...)
}
