package pushgw

import (
	"encoding/json"
	"strconv"

	"github.com/jawort/jawort/approval"
)

// huaweiRequest is the body of v2's messages:send, as far as we use it.
type huaweiRequest struct {
	Message huaweiMessage `json:"message"`
}

type huaweiMessage struct {
	Data    string        `json:"data"` // JSON, for the app
	Android huaweiAndroid `json:"android"`
	Token   []string      `json:"token"`
}

type huaweiAndroid struct {
	CollapseKey  int                `json:"collapse_key"`
	Category     string             `json:"category,omitempty"`
	TTL          string             `json:"ttl"`
	Notification huaweiNotification `json:"notification"`
}

type huaweiNotification struct {
	Title       string      `json:"title"`
	Body        string      `json:"body"`
	Tag         string      `json:"tag"`
	Importance  string      `json:"importance"`
	ClickAction huaweiClick `json:"click_action"`
}

type huaweiClick struct {
	Type int `json:"type"`
}

const (
	huaweiKeepAll = -1 // messages of our own kind do not push each other out while the phone is off
	huaweiOpenApp = 3
)

// message is a notification, which the system shows also where the app does not run. A data message of urgency HIGH
// would wake the app itself, but is refused unless Huawei grants the right to it, and of urgency NORMAL may wait. The
// tag does in the phone's list what collapsing would do: "answered" takes the place of the question.
func (h *Huawei) message(p Push) huaweiRequest {
	importance := "NORMAL" // sound and vibration
	if p.Kind == approval.JobWithdrawn {
		importance = "LOW"
	}
	return huaweiRequest{huaweiMessage{
		Data:  huaweiData(p),
		Token: []string{p.Address.Token},
		Android: huaweiAndroid{
			CollapseKey: huaweiKeepAll,
			Category:    h.category,
			TTL:         strconv.Itoa(int(p.life(h.now()).Seconds())) + "s",
			Notification: huaweiNotification{
				Title: p.Title, Body: p.Body, Tag: p.topic(), Importance: importance, ClickAction: huaweiClick{Type: huaweiOpenApp},
			},
		},
	}}
}

func huaweiData(p Push) string {
	b, err := json.Marshal(map[string]string{"type": string(p.Kind), "id": p.ID})
	if err != nil {
		panic(err) // texts always marshal
	}
	return string(b)
}
