package portal

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/lasting"
)

type offerBody struct {
	Account   string `json:"account"`
	ReturnURL string `json:"return_url"`
	Locale    string `json:"locale"`
	Page      string `json:"page"`
}

var allPages = slices.Concat(account.PortalPages, account.ManagerPages)

// Validate refuses what could not be opened, and fills in the defaults.
func (b *offerBody) Validate() error {
	if err := account.ValidateExternalID(b.Account); err != nil {
		return err
	}
	if b.Page == "" {
		b.Page = account.PortalPages[0]
	}
	switch {
	case b.ReturnURL == "":
		return refusal.Field("return_url", "must be where people go back to, an address at one of the application's origins")
	case b.Locale != "" && !slices.Contains(pages.Languages, b.Locale):
		return refusal.Field("locale", "must be de or en")
	case !slices.Contains(allPages, b.Page):
		return refusal.Field("page", "must be one of "+strings.Join(allPages, ", "))
	}
	return nil
}

// offer gives the login service an address that lets the account's person in, once. It is for where somebody is sent at once: a redirect, not a letter.
func (p Portal) offer(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	key, err := edge.IdempotencyKey(r)
	if err != nil {
		return err
	}
	b, err := edge.Decode[offerBody](r)
	if err != nil {
		return err
	}
	application := guard.CallerOf(ctx).Application
	offered := account.PortalSession{Tenant: application.Tenant, Application: application.ID, ExternalID: b.Account, Locale: b.Locale, Page: b.Page}
	if offered.ReturnURL, err = account.CheckReturnURL(application.Origins, b.ReturnURL); err != nil {
		return err
	}
	if offered.ID, err = id.New(p.Random, id.Portal); err != nil {
		return err
	}
	request, err := requestOf(application.ID, key, b)
	if err != nil {
		return err
	}
	kept, url, err := p.keep(ctx, offered, request)
	if err != nil {
		return err
	}
	edge.Annotate(ctx, slog.String("portal", kept.ID))
	return edge.JSON(w, http.StatusCreated, struct {
		URL       string    `json:"url"`
		ExpiresAt time.Time `json:"expires_at"`
	}{url, kept.OpensUntil.UTC()})
}

// keep keeps the offer and returns its address, or those of the same request when it came before.
func (p Portal) keep(ctx context.Context, offered account.PortalSession, request lasting.PortalRequest) (account.PortalSession, string, error) {
	tag, err := p.Keys.MAC(codePurpose, []byte(offered.ID))
	if err != nil {
		return offered, "", err
	}
	by := lasting.By{Application: offered.Application, Actor: guard.ActorOf(ctx)}
	kept, err := p.Store.OfferPortal(ctx, offered, pages.Hash(code(tag)), request, by)
	if err != nil {
		return kept, "", err
	}
	if kept.ID == offered.ID {
		return kept, p.address(code(tag)), nil
	}
	again, err := p.codeOf(ctx, kept)
	return kept, p.address(again), err
}

func (p Portal) address(code string) string { return p.PublicURL + "/portal/open/" + code }

// codeOf derives the code of a session that was offered before, also by an earlier key.
func (p Portal) codeOf(ctx context.Context, kept account.PortalSession) (string, error) {
	tags, err := p.Keys.MACs(codePurpose, []byte(kept.ID))
	if err != nil {
		return "", err
	}
	for _, tag := range tags {
		found, _, err := p.Store.PortalOffer(ctx, pages.Hash(code(tag)))
		if err == nil && found.ID == kept.ID {
			return code(tag), nil
		}
		if err != nil && !errors.Is(err, account.ErrUnknownPortal) {
			return "", err
		}
	}
	return "", fmt.Errorf("portal: the key by which %s was offered is gone", kept.ID)
}

const codePurpose = "jawort portal address"

// codeBytes are 256 bits.
const codeBytes = 32

// code returns what makes an address a secret. It follows from the session's id and the installation's key, so that who repeats a request gets the same;
// nothing but its hash is kept.
func code(tag []byte) string {
	return base64.RawURLEncoding.EncodeToString(tag[len(tag)-codeBytes:])
}

// requestOf makes a request repeatable for the application that sent it.
func requestOf(application, key string, b offerBody) (lasting.PortalRequest, error) {
	if key == "" {
		return lasting.PortalRequest{}, nil
	}
	asked, err := json.Marshal(b)
	if err != nil {
		return lasting.PortalRequest{}, fmt.Errorf("portal: request: %w", err)
	}
	name := pages.Hash(strings.Join([]string{application, b.Account, key}, "\x00"))
	return lasting.PortalRequest{Key: name, Hash: pages.Hash(string(asked))}, nil
}
