package notice

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/outbox"
)

// macPurpose separates the names of notices from everything else that is authenticated.
const macPurpose = "jawort notice"

// message returns the message about an event to one address. Its id follows from the three, so that following an event again
// queues nothing again.
func (f Follower) message(e outbox.Event, c courier.Channel, address string) (courier.Message, error) {
	tag, err := f.Keys.MAC(macPurpose, []byte(strings.Join([]string{strconv.FormatInt(e.ID, 10), string(c), address}, "\x00")))
	if err != nil {
		return courier.Message{}, fmt.Errorf("notice: name message: %w", err)
	}
	name, err := id.New(bytes.NewReader(tail(tag)), id.Message)
	return courier.Message{
		ID: name, Tenant: e.Tenant, Application: e.Application, Account: e.Account, Channel: c, Purpose: courier.PurposeNotice,
		Address: address, ExpiresAt: e.At.Add(life),
	}, err
}

// tail leaves out what begins every tag alike: the id of the key.
func tail(tag []byte) []byte { return tag[max(0, len(tag)-16):] }
