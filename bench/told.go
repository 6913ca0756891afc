package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/bench/local"
	"github.com/jawort/jawort/client"
)

// Told is the record of an installation as its API tells it: outcomes with their evidence, and phones.
type Told struct{ load *Load }

// ToldTo is the record as it is told to who loaded it.
func ToldTo(l *Load) Told { return Told{l} }

// Outcomes asks for each approval, and checks the receipt of those that a phone decided.
func (t Told) Outcomes(ctx context.Context, ids []string) (map[string]Row, error) {
	published, err := t.published(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	found := map[string]Row{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(registering)
	for _, id := range ids {
		g.Go(func() error {
			a, err := t.load.service.Approval(ctx, id)
			if err != nil || !a.Status.Ended() {
				return err
			}
			row := Row{Status: string(a.Status), Method: a.Method, At: a.DecidedAt}
			if a.Device != nil {
				row.Device = a.Device.ID
				row.Unproved = t.prove(ctx, a, published)
			}
			mu.Lock()
			defer mu.Unlock()
			found[id] = row
			return nil
		})
	}
	return found, g.Wait()
}

// prove returns why the receipt does not hold; empty: it does.
func (t Told) prove(ctx context.Context, a client.Approval, published jose.JSONWebKeySet) string {
	compact, err := t.load.service.Receipt(ctx, a.ID)
	if err != nil {
		return brief(err)
	}
	party, err := t.load.party()
	if err != nil {
		return err.Error()
	}
	receipt, err := approval.VerifyReceipt(compact, published, party)
	switch {
	case err != nil:
		return err.Error()
	case receipt.Approval != a.ID || string(receipt.Status) != string(a.Status) || receipt.Device != a.Device.ID:
		return fmt.Sprintf("it is of %s, %s by %s", receipt.Approval, receipt.Status, receipt.Device)
	default:
		return ""
	}
}

// party is whom the phones' keys belong to.
func (l *Load) party() (*approval.RelyingParty, error) {
	server := l.cast.byPhone.people[0].phones[0].server
	u, err := url.Parse(server)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return approval.NewRelyingParty(u.Hostname(), u.Hostname(), []string{server})
}

func (t Told) published(ctx context.Context) (set jose.JSONWebKeySet, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.load.target.ServerURL+"/.well-known/jwks.json", nil)
	if err != nil {
		return set, fmt.Errorf("bench: %w", err)
	}
	resp, err := t.load.wires.service.Do(req)
	if err != nil {
		return set, fmt.Errorf("bench: receipt keys: %w", err)
	}
	defer resp.Body.Close()
	return set, json.NewDecoder(resp.Body).Decode(&set)
}

// PartialDenies cannot be seen from outside.
func (t Told) PartialDenies(context.Context, []string) (map[string][]string, error) { return nil, nil }

// Devices asks for the phones of each account. Revoked ones are not listed.
func (t Told) Devices(ctx context.Context, accounts []string) (map[string]string, error) {
	var mu sync.Mutex
	found := map[string]string{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(registering)
	for _, name := range accounts {
		g.Go(func() error {
			devices, err := t.load.service.Devices(ctx, name)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, d := range devices {
				found[d.ID] = d.Status
			}
			return nil
		})
	}
	return found, g.Wait()
}

// PushJobs cannot be seen from outside.
func (t Told) PushJobs(context.Context) (map[local.PushJob]string, error) { return nil, nil }
