package mobileapi

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
)

// recipientStore knows where an installation with an active device is woken.
type recipientStore interface {
	Recipient(ctx context.Context, installation string) (approval.Recipient, error)
}

// testPushes queues test pushes, and says who had one a moment ago.
type testPushes interface {
	TestPush(ctx context.Context, j approval.PushJob) error
}

// testPush lets a phone find out whether pushes reach it. Nobody else can have one sent to it.
type testPush struct {
	live    testPushes
	lasting recipientStore
	now     func() time.Time
	random  io.Reader
}

func (t testPush) mount(m *edge.Mux, g guards) {
	m.Handle("POST /v1/installation/push/test", g.installation, t.send)
}

type testPushAnswer struct {
	ID        string    `json:"id"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (t testPush) send(w http.ResponseWriter, r *http.Request) error {
	to, err := t.lasting.Recipient(r.Context(), installationOf(r).ID)
	if errors.Is(err, db.ErrNotFound) {
		return errUnauthorized.Because(err)
	}
	if err != nil {
		return err
	}
	if len(to.Address) == 0 {
		return approval.ErrNoPushAddress
	}
	name, err := id.New(t.random, id.TestPush)
	if err != nil {
		return err
	}
	job := approval.PushJob{Kind: approval.JobTest, ID: name, Recipient: to, ExpiresAt: t.now().Add(approval.TestPushLife).UTC()}
	if err := t.live.TestPush(r.Context(), job); err != nil {
		return err
	}
	edge.Annotate(r.Context(), slog.String("test", name))
	return edge.JSON(w, http.StatusAccepted, testPushAnswer{ID: name, ExpiresAt: job.ExpiresAt})
}
