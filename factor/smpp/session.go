package smpp

import (
	"bufio"
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

var (
	errEnded    = errors.New("smpp: the connection ended")
	errUnbound  = errors.New("smpp: the carrier unbinds")
	errSilent   = errors.New("smpp: the carrier does not answer enquire_link")
	errNoAnswer = errors.New("smpp: no answer in time")
)

// session is one connection: it numbers requests, finds the answer to each, and ends once.
type session struct {
	conn  net.Conn
	write time.Duration // deadline of one write

	writing sync.Mutex

	mu       sync.Mutex
	sequence uint32
	waiting  map[uint32]chan pdu

	once  sync.Once
	ended chan struct{}
	cause error // set before ended is closed
}

func newSession(conn net.Conn, write time.Duration) *session {
	return &session{conn: conn, write: write, waiting: map[uint32]chan pdu{}, ended: make(chan struct{})}
}

// end closes the connection. Only the first cause counts.
func (s *session) end(cause error) {
	s.once.Do(func() {
		s.cause = cause
		close(s.ended)
		_ = s.conn.Close() // what was worth sending has been sent
	})
}

// lives reports whether the connection has not ended yet.
func (s *session) lives() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// request sends a PDU with a number of its own and returns the answer.
func (s *session) request(ctx context.Context, c command, body []byte) (pdu, error) {
	sequence, answer := s.number()
	defer s.forget(sequence)
	if err := s.send(pdu{command: c, sequence: sequence, body: body}); err != nil {
		return pdu{}, err
	}
	select {
	case p := <-answer:
		return p, nil
	case <-s.ended:
		return pdu{}, errEnded
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			return pdu{}, ctx.Err()
		}
		return pdu{}, errNoAnswer
	}
}

// maxSequence is the last number before they begin again (3.2).
const maxSequence = 0x7fffffff

func (s *session) number() (uint32, chan pdu) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		s.sequence = s.sequence%maxSequence + 1
		if _, used := s.waiting[s.sequence]; !used {
			break
		}
	}
	answer := make(chan pdu, 1)
	s.waiting[s.sequence] = answer
	return s.sequence, answer
}

func (s *session) forget(sequence uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, sequence)
}

// answered hands a response to who asked. One that nobody waits for came too late, or was never asked for.
func (s *session) answered(p pdu) {
	s.mu.Lock()
	answer, ok := s.waiting[p.sequence]
	delete(s.waiting, p.sequence)
	s.mu.Unlock()
	if ok {
		answer <- p
	}
}

// send writes a PDU. A write that fails may have been cut in the middle, so it ends the connection.
func (s *session) send(p pdu) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	err := s.conn.SetWriteDeadline(time.Now().Add(s.write))
	if err == nil {
		_, err = s.conn.Write(p.bytes())
	}
	if err != nil {
		s.end(err)
		return errEnded
	}
	return nil
}

// read hands what comes in to whom it is for, until the connection ends. deliver may block: then the carrier waits.
func (s *session) read(deliver func(pdu)) {
	in := bufio.NewReader(s.conn)
	for {
		p, err := readPDU(in)
		if errors.Is(err, errLength) {
			_ = s.send(pdu{command: genericNack, status: statusLength, sequence: p.sequence})
		}
		if err == nil {
			err = s.take(p, deliver)
		}
		if err != nil {
			s.end(err)
			return
		}
	}
}

func (s *session) take(p pdu, deliver func(pdu)) error {
	switch p.command {
	case deliverSM:
		deliver(p)
		return nil
	case enquireLink:
		return s.send(pdu{command: enquireLinkResp, sequence: p.sequence})
	case unbind:
		_ = s.send(pdu{command: unbindResp, sequence: p.sequence})
		return errUnbound
	}
	if p.command&response != 0 {
		s.answered(p)
		return nil
	}
	return s.send(pdu{command: genericNack, status: statusCommand, sequence: p.sequence})
}

// watch asks for a sign of life every so often, and ends the connection when none comes.
func (s *session) watch(ctx context.Context, every, patience time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.ended:
			return
		case <-tick.C:
		}
		asked, cancel := context.WithTimeout(ctx, patience)
		_, err := s.request(asked, enquireLink, nil)
		cancel()
		if errors.Is(err, errNoAnswer) {
			s.end(errSilent)
		}
	}
}
