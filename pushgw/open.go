package pushgw

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/keys"
)

// OpenProviders reads the files that the configuration names and returns its providers. The VAPID keys are those of
// the installation's set. ctx is used while they are set up only.
func OpenProviders(ctx context.Context, c Config, set *keys.Set, now func() time.Time) (Providers, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	all := Providers{}
	for i, f := range c.FCM {
		if err := all.openFCM(ctx, f, now); err != nil {
			return nil, fmt.Errorf("fcm[%d].%w", i, err)
		}
	}
	signers := map[APNsConfig]*APNsKey{}
	for i, a := range c.APNs {
		if err := all.openAPNs(a, signers, now); err != nil {
			return nil, fmt.Errorf("apns[%d].%w", i, err)
		}
	}
	for i, h := range c.Huawei {
		if err := all.openHuawei(h, now); err != nil {
			return nil, fmt.Errorf("huawei[%d].%w", i, err)
		}
	}
	if c.WebPush.Subscriber != "" {
		allowed, err := c.WebPush.prefixes()
		if err != nil {
			return nil, fmt.Errorf("webpush.%w", err)
		}
		all[Route{Provider: account.WebPush}] = NewWebPush(WebPushOptions{
			Keys: set.VAPIDs(), Unnamed: set.FirstVAPID(), Dropped: set.DroppedVAPIDs(), Subscriber: c.WebPush.Subscriber, AllowPrivate: allowed, Now: now,
		})
	}
	return all, nil
}

func (p Providers) openFCM(ctx context.Context, f FCMConfig, now func() time.Time) error {
	credentials, err := os.ReadFile(f.CredentialsFile)
	if err != nil {
		return fmt.Errorf("credentials_file: %w", err)
	}
	provider, err := NewFCM(ctx, FCMOptions{Project: f.App, Credentials: credentials, Endpoint: f.Endpoint, Now: now})
	if err != nil {
		return fmt.Errorf("credentials_file: %w", err)
	}
	p[Route{Provider: account.FCM, App: f.App}] = provider
	return nil
}

func (p Providers) openAPNs(a APNsConfig, signers map[APNsConfig]*APNsKey, now func() time.Time) error {
	roots, err := readRoots(a.RootCAFile)
	if err != nil {
		return fmt.Errorf("root_ca_file: %w", err)
	}
	same := APNsConfig{KeyID: a.KeyID, TeamID: a.TeamID} // apps of one team share a key and its provider token
	if signers[same] == nil {
		p8, err := os.ReadFile(a.KeyFile)
		if err != nil {
			return fmt.Errorf("key_file: %w", err)
		}
		if signers[same], err = NewAPNsKey(p8, a.KeyID, a.TeamID); err != nil {
			return fmt.Errorf("key_file: %w", err)
		}
	}
	for _, environment := range []string{Production, Sandbox} {
		o := APNsOptions{Topic: a.App, Environment: environment, Key: signers[same], Host: a.Host, Roots: roots, Now: now}
		p[o.Route()] = NewAPNs(o)
	}
	return nil
}

func (p Providers) openHuawei(h HuaweiConfig, now func() time.Time) error {
	secret, err := os.ReadFile(h.ClientSecretFile)
	if err != nil {
		return fmt.Errorf("client_secret_file: %w", err)
	}
	o := HuaweiOptions{
		Project: h.App, ClientID: h.ClientID, ClientSecret: strings.TrimRight(string(secret), "\r\n"),
		Category: h.Category, Endpoint: h.Endpoint, Now: now,
	}
	if o.ClientSecret == "" {
		return errors.New("client_secret_file: holds nothing")
	}
	p[o.Route()] = NewHuawei(o)
	return nil
}

// readRoots returns nil, the system's authorities, where no file is named.
func readRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("holds no certificate")
	}
	return pool, nil
}
