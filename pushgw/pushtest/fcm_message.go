package pushtest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/api/fcm/v1"
)

// fcmMessage is a message that keeps FCM's rules.
type fcmMessage struct{ *fcm.Message }

const (
	maxFCMMessage = 4096
	maxTTLSeconds = 4 * 7 * 24 * 3600
)

func parseFCM(body []byte) (*fcmMessage, error) {
	request, err := decodeFCM(body)
	if err != nil {
		return nil, err
	}
	m := request.Message
	if m == nil {
		return nil, &fieldError{"message", "is required"}
	}
	if m.Token == "" || m.Topic != "" || m.Condition != "" {
		return nil, &fieldError{"message.token", "this fake delivers to tokens only, and exactly one target must be named"}
	}
	if err := checkData(m.Data); err != nil {
		return nil, err
	}
	if err := checkTTL(m.Android); err != nil {
		return nil, err
	}
	return &fcmMessage{m}, checkSize(m)
}

func checkData(data map[string]string) error {
	for key := range data {
		if key == "from" || key == "message_type" || strings.HasPrefix(key, "google.") || strings.HasPrefix(key, "gcm.") {
			return &fieldError{"message.data." + key, "is a reserved word"}
		}
	}
	return nil
}

func checkTTL(a *fcm.AndroidConfig) error {
	if a == nil || a.Ttl == "" {
		return nil
	}
	seconds, err := strconv.ParseFloat(strings.TrimSuffix(a.Ttl, "s"), 64)
	if err != nil || seconds > maxTTLSeconds {
		return &fieldError{"message.android.ttl", "must be between 0 and 4 weeks"}
	}
	return nil
}

func checkSize(m *fcm.Message) error {
	payload, err := json.Marshal(map[string]any{"data": m.Data, "notification": m.Notification})
	if err != nil {
		return err
	}
	if len(payload) > maxFCMMessage {
		return &fieldError{"message", "is too big: at most 4096 bytes"}
	}
	return nil
}

func (m *fcmMessage) push(project string, header http.Header) Push {
	payload, err := json.Marshal(m.Message)
	if err != nil {
		panic(err) // it was decoded from JSON
	}
	n := cmp.Or(m.Notification, &fcm.Notification{})
	return Push{
		App: project, Token: m.Token, Payload: payload, Header: header.Clone(),
		Type: m.Data["type"], ID: m.Data["id"], Title: n.Title, Body: n.Body,
	}
}
