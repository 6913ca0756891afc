package firefoxtest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// session is a session of WebDriver BiDi. It serves one goroutine.
type session struct {
	conn   *websocket.Conn
	last   int      // command
	wrongs []string // what pages said went wrong
}

func connect(address string) (*session, error) {
	conn, _, err := websocket.DefaultDialer.Dial(address+"/session", nil)
	if err != nil {
		return nil, fmt.Errorf("firefoxtest: connect: %w", err)
	}
	s := &session{conn: conn}
	if err := s.begin(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *session) begin() error {
	if err := s.call("session.new", object{"capabilities": object{}}, nil); err != nil {
		return err
	}
	return s.call("session.subscribe", object{"events": []string{"log.entryAdded"}}, nil)
}

func (s *session) close() { _ = s.conn.Close() }

type object map[string]any

// answer is the answer to a command, or an event: something that a page logs.
type answer struct {
	ID             int
	Result         json.RawMessage
	Error, Message string
	Method         string
	Params         struct{ Level, Text string }
}

// call sends a command and waits for its result.
func (s *session) call(method string, params object, result any) error {
	s.last++
	if err := s.conn.SetReadDeadline(time.Now().Add(Patience)); err != nil {
		return err
	}
	if err := s.conn.WriteJSON(object{"id": s.last, "method": method, "params": params}); err != nil {
		return fmt.Errorf("firefoxtest: %s: %w", method, err)
	}
	for {
		var a answer
		switch err := s.conn.ReadJSON(&a); {
		case err != nil:
			return fmt.Errorf("firefoxtest: %s: %w", method, err)
		case a.Method != "":
			s.hear(a)
		case a.ID != s.last: // late: its command was given up
		case a.Error != "":
			return fmt.Errorf("firefoxtest: %s: %s: %s", method, a.Error, a.Message)
		case result == nil:
			return nil
		default:
			return json.Unmarshal(a.Result, result)
		}
	}
}

func (s *session) hear(event answer) {
	if event.Method == "log.entryAdded" && event.Params.Level == "error" {
		s.wrongs = append(s.wrongs, event.Params.Text)
	}
}
