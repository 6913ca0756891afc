package smpp

import (
	"bytes"
	"encoding/binary"
	"errors"
)

var errMalformed = errors.New("smpp: a PDU ends within a field")

// fields reads a body field by field. After the first that is not there, all are empty and err is set.
type fields struct {
	rest []byte
	err  error
}

// text reads up to a NUL.
func (f *fields) text() string {
	end := bytes.IndexByte(f.rest, 0)
	if f.err != nil || end < 0 {
		f.fail()
		return ""
	}
	s := string(f.rest[:end])
	f.rest = f.rest[end+1:]
	return s
}

func (f *fields) octet() byte {
	if b := f.octets(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (f *fields) octets(n int) []byte {
	if f.err != nil || n > len(f.rest) {
		f.fail()
		return nil
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}

// parameters reads the optional parameters (tag, length, value) that end a body.
func (f *fields) parameters() map[uint16][]byte {
	all := map[uint16][]byte{}
	for len(f.rest) > 0 && f.err == nil {
		head := f.octets(4)
		if head == nil {
			break
		}
		all[binary.BigEndian.Uint16(head)] = f.octets(int(binary.BigEndian.Uint16(head[2:])))
	}
	return all
}

func (f *fields) fail() { f.rest, f.err = nil, errMalformed }

// appendText appends s and the NUL that ends it. What follows a NUL in s would become the next field, so s ends there.
func appendText(b []byte, s string) []byte {
	before, _, _ := bytes.Cut([]byte(s), []byte{0})
	return append(append(b, before...), 0)
}
