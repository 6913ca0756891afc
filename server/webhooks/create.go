package webhooks

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/webhooks"
	"github.com/jawort/jawort/webhook"
)

type createBody struct {
	URL         string   `json:"url"`
	Events      []string `json:"events"`
	Description string   `json:"description"`
}

type createdView struct {
	endpointView
	Secret string `json:"secret"`
}

// create shows the secret, here and nowhere else. Who did not get the answer repeats the request with its
// Idempotency-Key, and gets the same.
func (f Feature) create(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	key, err := edge.IdempotencyKey(r)
	if err != nil {
		return err
	}
	body, err := edge.Decode[createBody](r)
	if err != nil {
		return err
	}
	request, err := requestOf(guard.CallerOf(ctx).Application.ID, key, body)
	if err != nil {
		return err
	}
	kept, secret, err := f.Add(ctx, webhook.Endpoint{URL: body.URL, Events: body.Events, Description: body.Description}, request)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusCreated, createdView{shown(kept), secret})
}

// Add adds an endpoint to the caller's tenant, and returns it with its secret. A request that is repeated gets what it made the first time.
func (f Feature) Add(ctx context.Context, e webhook.Endpoint, request webhooks.Request) (webhook.Endpoint, string, error) {
	e.Tenant = guard.TenantOf(ctx)
	err := f.Rules.Check(e)
	if err != nil {
		return e, "", err
	}
	if e.ID, err = id.New(f.Random, id.Webhook); err != nil {
		return e, "", err
	}
	_, sealed, err := f.secret()
	if err != nil {
		return e, "", err
	}
	kept, sealed, err := f.Store.Create(ctx, e, sealed, request, guard.ActorOf(ctx))
	if err != nil {
		return e, "", err
	}
	secret, err := f.Keys.Open(sealed, keys.WebhookSecret)
	if err != nil {
		return kept, "", fmt.Errorf("webhooks: secret of %s: %w", kept.ID, err)
	}
	edge.Annotate(ctx, slog.String("webhook", kept.ID))
	return kept, string(secret), nil
}

// secret returns a new secret, plain and sealed.
func (f Feature) secret() (string, []byte, error) {
	secret, err := webhook.NewSecret(f.Random)
	if err != nil {
		return "", nil, err
	}
	sealed, err := f.Keys.Seal([]byte(secret), keys.WebhookSecret)
	return secret, sealed, err
}

// requestOf makes a request repeatable for the application that sent it.
func requestOf(application, key string, body createBody) (webhooks.Request, error) {
	if key == "" {
		return webhooks.Request{}, nil
	}
	asked, err := json.Marshal(body)
	if err != nil {
		return webhooks.Request{}, fmt.Errorf("webhooks: request: %w", err)
	}
	name, hash := sha256.Sum256([]byte(application+"\x00"+key)), sha256.Sum256(asked)
	return webhooks.Request{Key: name[:], Hash: hash[:]}, nil
}

type rotatedView struct {
	ID       string    `json:"id"`
	Secret   string    `json:"secret"`
	OldUntil time.Time `json:"old_until"`
}

func (f Feature) rotate(w http.ResponseWriter, r *http.Request) error {
	endpoint := r.PathValue("id")
	secret, until, err := f.Rotate(r.Context(), endpoint)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, rotatedView{endpoint, secret, until})
}

// Rotate gives an endpoint of the caller's tenant a new secret, and returns it with until when the one before signs too.
func (f Feature) Rotate(ctx context.Context, endpoint string) (secret string, until time.Time, err error) {
	secret, sealed, err := f.secret()
	if err != nil {
		return "", until, err
	}
	until, err = f.Store.Rotate(ctx, guard.TenantOf(ctx), endpoint, sealed, guard.ActorOf(ctx))
	if err != nil {
		return "", until, err
	}
	edge.Annotate(ctx, slog.String("webhook", endpoint))
	return secret, until, nil
}
