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
	name, err := f.name(id.Message, e, string(c), address)
	return courier.Message{
		ID: name, Tenant: e.Tenant, Application: e.Application, Account: e.Account, Channel: c, Purpose: courier.PurposeNotice,
		Address: address, ExpiresAt: e.At.Add(life),
	}, err
}

// name returns the id of what tells somebody of an event.
func (f Follower) name(prefix string, e outbox.Event, channel, address string) (string, error) {
	tag, err := f.Keys.MAC(macPurpose, []byte(strings.Join([]string{strconv.FormatInt(e.ID, 10), channel, address}, "\x00")))
	if err != nil {
		return "", fmt.Errorf("notice: name %s: %w", prefix, err)
	}
	return id.New(bytes.NewReader(tail(tag)), prefix)
}

// tail leaves out what begins every tag alike: the id of the key.
func tail(tag []byte) []byte { return tag[max(0, len(tag)-16):] }
