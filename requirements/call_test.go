package requirements_test

import (
	"errors"
	"net/http"
	"strings"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/calltest"
	"github.com/jawort/jawort/phone"
)

type body map[string]any

// reply is what a call was answered.
type reply struct {
	*house
	call   string
	status int
	body   map[string]any
}

// call makes a call that the Go client leaves to pages and back offices. Bearer is a key, or a page's ticket.
func (h *house) call(bearer, method, path string, sent any) reply {
	h.Helper()
	a := calltest.Send(h, method, h.url+path, bearer, sent)
	return reply{h, method + " " + path, a.Status, a.Object(h)}
}

// want wants the call to have succeeded.
func (r reply) want() reply {
	r.Helper()
	if r.status >= http.StatusMultipleChoices {
		r.Fatalf("%s: %d %v", r.call, r.status, r.body)
	}
	return r
}

// refused wants the code of a refusal.
func (r reply) refused(code string) reply {
	r.Helper()
	if kind, _ := r.body["type"].(string); r.status < http.StatusBadRequest || !strings.HasSuffix(kind, ":"+code) {
		r.Errorf("%s: %d %v, want the refusal %s", r.call, r.status, r.body, code)
	}
	return r
}

// refused wants the code of a refusal that a login service or a phone got.
func (h *house) refused(code string, err error) {
	h.Helper()
	if got := refusalOf(err); got != code {
		h.Errorf("got %v, want the refusal %s", err, code)
	}
}

func refusalOf(err error) string {
	var byServer *client.Error
	if errors.As(err, &byServer) {
		return byServer.Code
	}
	return phone.Code(err)
}

// says wants a refusal to tell a person what to do.
func (h *house) says(err error, sentence string) {
	h.Helper()
	if err == nil || !strings.Contains(err.Error(), sentence) {
		h.Errorf("it says %v, want %q", err, sentence)
	}
}

// supported wants a refusal to carry the tenant's contact.
func (h *house) supported(err error) {
	h.Helper()
	var onPhone *phone.Error
	if errors.As(err, &onPhone) {
		if onPhone.Support.German == "" || onPhone.Support.English == "" {
			h.Errorf("whom to ask is not said on the phone: %v", err)
		}
		return
	}
	var refused *client.Error
	if !errors.As(err, &refused) {
		h.Fatalf("got %v, want a refusal", err)
	}
	if contact, _ := refused.Extra["support"].(map[string]any); contact["de"] == nil || contact["en"] == nil {
		h.Errorf("whom to ask is not said: %v", refused.Extra)
	}
}
