package receivers

import (
	"net/http"
	neturl "net/url"
	"slices"

	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

// atOnce are on one page.
const atOnce = 25

// receiverBody is a receiver with what was sent to it.
type receiverBody struct {
	formBody
	State      webhook.State
	States     []webhook.State
	Deliveries []webhook.Delivery
	Next       string // where older ones are; empty: there are none
}

var states = []webhook.State{"", webhook.Pending, webhook.Delivered, webhook.Failed}

func (s Receivers) show(w http.ResponseWriter, v *console.Visit) error {
	b, err := s.body(v)
	if err != nil {
		return err
	}
	return v.Write(w, "webhook", b)
}

func (s Receivers) body(v *console.Visit) (receiverBody, error) {
	e, err := s.Store.Endpoint(v.Context(), v.Tenant.ID, v.PathValue("id"))
	if err != nil {
		return receiverBody{}, err
	}
	b := receiverBody{formBody: formOf(v, e), States: states, State: webhook.State(v.URL.Query().Get("state"))}
	if !slices.Contains(states, b.State) {
		b.State = ""
	}
	f := webhooks.Filter{State: b.State, After: v.URL.Query().Get("after"), Limit: atOnce + 1}
	if b.Deliveries, err = s.Store.Deliveries(v.Context(), v.Tenant.ID, e.ID, f); err != nil {
		return b, err
	}
	if len(b.Deliveries) > atOnce {
		b.Deliveries = b.Deliveries[:atOnce]
		b.Next = url(v, e.ID) + "?" + neturl.Values{"state": {string(b.State)}, "after": {b.Deliveries[atOnce-1].ID}}.Encode()
	}
	return b, nil
}

func (s Receivers) test(w http.ResponseWriter, v *console.Visit) error {
	_, err := s.Store.Ping(v.Context(), v.Tenant.ID, v.PathValue("id"), v.Actor())
	return s.underWay(w, v, err)
}

// retry sends something again: of a receiver of this tenant, which the store looks at.
func (s Receivers) retry(w http.ResponseWriter, v *console.Visit) error {
	_, err := s.Store.Retry(v.Context(), v.Tenant.ID, v.PathValue("delivery"), v.Actor())
	return s.underWay(w, v, err)
}

func (s Receivers) underWay(w http.ResponseWriter, v *console.Visit, err error) error {
	if err != nil {
		return s.again(w, v, err)
	}
	s.Nudge()
	return v.Onward(w, url(v, v.PathValue("id"))+"?done=webhook-sent")
}
