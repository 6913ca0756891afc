package receivers

import (
	"net/http"
	"time"

	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

// formBody is a receiver as it is entered.
type formBody struct {
	webhook.Endpoint
	Types []webhook.Type
	May   bool
	New   bool
}

// Told reports whether the receiver asked for the type by name.
func (b formBody) Told(name string) bool { return len(b.Events) > 0 && b.Wants(name) }

func formOf(v *console.Visit, e webhook.Endpoint) formBody {
	return formBody{Endpoint: e, Types: webhook.Types, May: v.MayChange(), New: e.ID == ""}
}

// entered puts what was sent into the receiver.
func entered(v *console.Visit, e *webhook.Endpoint) {
	e.URL, e.Description, e.Events = v.PostFormValue("url"), v.PostFormValue("description"), v.PostForm["events"]
}

func (s Receivers) adding(w http.ResponseWriter, v *console.Visit) error {
	return v.Write(w, "webhook-new", formOf(v, webhook.Endpoint{}))
}

// secretBody is a secret that is shown once.
type secretBody struct {
	Secret, Back string
	Until        time.Time // until when the one before signs too; zero: there was none
}

func (s Receivers) add(w http.ResponseWriter, v *console.Visit) error {
	var e webhook.Endpoint
	entered(v, &e)
	kept, secret, err := s.Making.Add(v.Context(), e, webhooks.Request{})
	if err != nil {
		return v.Wrong(w, err, "webhook-new", formOf(v, e))
	}
	return v.Write(w, "webhook-secret", secretBody{Secret: secret, Back: url(v, kept.ID)})
}

func (s Receivers) rotate(w http.ResponseWriter, v *console.Visit) error {
	secret, until, err := s.Making.Rotate(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	return v.Write(w, "webhook-secret", secretBody{secret, url(v, v.PathValue("id")), until})
}

func (s Receivers) change(w http.ResponseWriter, v *console.Visit) error {
	id := v.PathValue("id")
	_, err := s.Store.Change(v.Context(), v.Tenant.ID, id, func(e *webhook.Endpoint) error {
		entered(v, e)
		e.Enabled = v.PostFormValue("enabled") == "on"
		return s.Rules.Check(*e)
	}, v.Actor())
	if err != nil {
		return s.again(w, v, err)
	}
	s.Nudge() // what waited for it to be enabled again
	return v.Onward(w, url(v, id)+"?done=webhook-saved")
}

// again shows the receiver with what was wrong.
func (s Receivers) again(w http.ResponseWriter, v *console.Visit, wrong error) error {
	b, err := s.body(v)
	if err != nil {
		return err
	}
	return v.Wrong(w, wrong, "webhook", b)
}

func (s Receivers) delete(w http.ResponseWriter, v *console.Visit) error {
	if err := s.Store.Delete(v.Context(), v.Tenant.ID, v.PathValue("id"), v.Actor()); err != nil {
		return err
	}
	return v.Onward(w, v.Base()+"/webhooks?done=webhook-deleted")
}
