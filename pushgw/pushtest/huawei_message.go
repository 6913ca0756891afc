package pushtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The members of a message to Android, from Huawei's reference of the API's version 2. The fake reads what a login needs
// and refuses every other member, whether the service knows it or not.
type huaweiMessage struct {
	Data    *string        `json:"data"`
	Android *huaweiAndroid `json:"android"`
	Token   []string       `json:"token"`
}

type huaweiAndroid struct {
	CollapseKey  *int                `json:"collapse_key"`
	Category     string              `json:"category"`
	TTL          string              `json:"ttl"`
	Urgency      string              `json:"urgency"`
	Notification *huaweiNotification `json:"notification"`
}

type huaweiNotification struct {
	Title       string       `json:"title"`
	Body        string       `json:"body"`
	Tag         string       `json:"tag"`
	Importance  string       `json:"importance"`
	ClickAction *huaweiClick `json:"click_action"`
}

type huaweiClick struct {
	Type   int    `json:"type"`
	Intent string `json:"intent"`
	Action string `json:"action"`
	URL    string `json:"url"`
}

const (
	maxHuaweiMessage = 4096 // without tokens
	maxHuaweiTokens  = 1000
	maxHuaweiTTL     = 15 * 24 * 3600
)

var (
	huaweiTTL        = regexp.MustCompile(`^[0-9]+[sS]?$`)
	huaweiCategories = []string{"", "IM", "VOIP", "SUBSCRIPTION", "TRAVEL", "HEALTH", "WORK", "ACCOUNT", "EXPRESS", "FINANCE", "DEVICE_REMINDER", "MAIL", "MARKETING"}
)

// parseHuawei returns the message, or the code and the words of its refusal.
func parseHuawei(body []byte) (m *huaweiMessage, code, why string) {
	var request struct {
		ValidateOnly bool           `json:"validate_only"`
		Message      *huaweiMessage `json:"message"`
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := cmp.Or(dec.Decode(&request), onlyOne(dec)); err != nil {
		return nil, "80100003", "Illegal payload: " + err.Error()
	}
	m = request.Message
	switch {
	case m == nil || len(m.Token) == 0 || len(m.Token) > maxHuaweiTokens:
		return nil, "80300010", "token count should within 1 and 1000"
	case slices.Contains(m.Token, ""):
		return nil, "80100001", "Check Parameter Error: token"
	}
	if code, why := m.check(); code != "" {
		return nil, code, why
	}
	return m, "", ""
}

func onlyOne(dec *json.Decoder) error {
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

func (m *huaweiMessage) check() (code, why string) {
	if m.Android == nil || m.Android.Notification == nil {
		return m.checkData()
	}
	a, n := m.Android, m.Android.Notification
	switch {
	case n.Title == "" || n.Body == "":
		return "80100003", "Illegal payload: title and body are required"
	case n.ClickAction == nil || !n.ClickAction.complete():
		return "80100003", "Illegal payload: click_action"
	case n.Importance != "" && n.Importance != "LOW" && n.Importance != "NORMAL":
		return "80100003", "Illegal payload: importance"
	case m.Data != nil && !json.Valid([]byte(*m.Data)):
		return "80100003", "Illegal payload: data of a notification is JSON"
	}
	return cmpCode(a.check, m.checkSize)
}

// checkData checks a message that carries data only.
func (m *huaweiMessage) checkData() (code, why string) {
	if m.Data == nil || *m.Data == "" {
		return "80100003", "Illegal payload: neither data nor notification"
	}
	if m.Android == nil {
		return m.checkSize()
	}
	return cmpCode(m.Android.check, m.checkSize)
}

func cmpCode(checks ...func() (code, why string)) (code, why string) {
	for _, check := range checks {
		if code, why := check(); code != "" {
			return code, why
		}
	}
	return "", ""
}

func (a *huaweiAndroid) check() (code, why string) {
	switch {
	case a.CollapseKey != nil && (*a.CollapseKey < -1 || *a.CollapseKey > 100):
		return "80100013", "Collapse_key is illegal, please check"
	case !slices.Contains(huaweiCategories, a.Category):
		return "80100003", "Illegal payload: category"
	case a.Urgency == "HIGH": // the right to it is granted to few
		return "80300011", "No permission to send high-level message"
	case a.Urgency != "" && a.Urgency != "NORMAL":
		return "80100003", "Illegal payload: urgency"
	}
	return a.checkTTL()
}

func (a *huaweiAndroid) checkTTL() (code, why string) {
	if a.TTL == "" {
		return "", ""
	}
	seconds, err := strconv.Atoi(strings.TrimRight(a.TTL, "sS"))
	switch {
	case err != nil || !huaweiTTL.MatchString(a.TTL) || seconds > maxHuaweiTTL:
		return "80100003", "Illegal payload: ttl"
	case seconds == 0:
		return "80100004", "TTL is less than current time, please check"
	}
	return "", ""
}

func (c *huaweiClick) complete() bool {
	switch c.Type {
	case 1:
		return c.Intent != "" || c.Action != ""
	case 2:
		return strings.HasPrefix(c.URL, "https://")
	}
	return c.Type == 3
}

func (m *huaweiMessage) checkSize() (code, why string) {
	without := *m
	without.Token = nil
	b, err := json.Marshal(without)
	if err != nil {
		panic(err) // it was decoded from JSON
	}
	if len(b) > maxHuaweiMessage {
		return "80300008", "The message body size exceeds the default value set by the system (4K)"
	}
	return "", ""
}

func (m *huaweiMessage) push(project, token string, header http.Header) Push {
	payload, err := json.Marshal(m)
	if err != nil {
		panic(err) // it was decoded from JSON
	}
	p := Push{App: project, Token: token, Payload: payload, Header: header.Clone()}
	if m.Android != nil && m.Android.Notification != nil {
		p.Title, p.Body = m.Android.Notification.Title, m.Android.Notification.Body
	}
	var data struct{ Type, ID string }
	if m.Data != nil && json.Unmarshal([]byte(*m.Data), &data) == nil {
		p.Type, p.ID = data.Type, data.ID
	}
	return p
}
