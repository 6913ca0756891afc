package mobileapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/locale"
	"github.com/jawort/jawort/store/lasting"
)

// noticeStore keeps what phones are told.
type noticeStore interface {
	Notices(ctx context.Context, installation string) ([]lasting.Notice, error)
	ReadNotice(ctx context.Context, installation, id string) error
}

// notices let a phone read what has happened to its accounts.
type notices struct{ lasting noticeStore }

func (n notices) mount(m *edge.Mux, g guards) {
	m.Handle("GET /v1/notices", g.installation, n.list)
	m.Handle("DELETE /v1/notices/{id}", g.installation, n.read)
}

// noticeView is one notice for one device: who has two devices on a phone sees it twice, and reads it once.
type noticeView struct {
	ID       string           `json:"id"`
	Device   string           `json:"device"`
	Account  labelled         `json:"account"`
	Tenant   named            `json:"tenant"`
	Occasion courier.Occasion `json:"occasion"`
	Text     string           `json:"text"`
	At       time.Time        `json:"at"`
}

func noticeViewOf(n lasting.Notice, language string) noticeView {
	language = locale.Nearest(language)
	v := courier.Values{Tenant: n.TenantName, When: n.TenantPolicy.Local(n.About), Contact: n.TenantPolicy.Support.In(language)}
	_, text := courier.Render(language, courier.App, n.Occasion, v.About(language, n.Occasion, n.Fact))
	return noticeView{
		ID: n.ID, Device: n.Device, Account: labelled{n.AccountLabel}, Tenant: named{n.TenantName}, Occasion: n.Occasion, Text: text, At: n.At.UTC(),
	}
}

type noticesAnswer struct {
	Notices []noticeView `json:"notices"`
}

func (n notices) list(w http.ResponseWriter, r *http.Request) error {
	i := installationOf(r)
	unread, err := n.lasting.Notices(r.Context(), i.ID)
	if err != nil {
		return err
	}
	answer := noticesAnswer{Notices: []noticeView{}}
	for _, one := range unread {
		answer.Notices = append(answer.Notices, noticeViewOf(one, i.Posture.Language))
	}
	return edge.JSON(w, http.StatusOK, answer)
}

func (n notices) read(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if err := n.lasting.ReadNotice(r.Context(), installationOf(r).ID, id); err != nil {
		return err
	}
	edge.Annotate(r.Context(), slog.String("notice", id))
	w.WriteHeader(http.StatusNoContent)
	return nil
}
