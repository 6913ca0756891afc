package receivers

import (
	"net/http"
	neturl "net/url"
	"slices"

	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

// atOnce are on one page.
const atOnce = 25

// receiverBody is a receiver with what was sent to it.
type receiverBody struct {
	formBody
	pages.Pager
	State      webhook.State
	States     []webhook.State
	Deliveries []webhook.Delivery
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
	after, err := pages.ReadCursor(v.URL, 1)
	if err != nil {
		return b, err
	}
	found, err := s.Store.Deliveries(v.Context(), v.Tenant.ID, e.ID, webhooks.Filter{State: b.State, After: after[0], Limit: atOnce + 1})
	here := &neturl.URL{Path: url(v, e.ID), RawQuery: v.URL.RawQuery} // a form that is shown again has another address
	b.Deliveries, b.Pager = pages.Paged(here, found, atOnce, func(d webhook.Delivery) string { return d.ID })
	return b, err
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
