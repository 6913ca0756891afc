// Package fakes runs the stand-ins for the push services in a process of their own, so that their processor time and their
// connections are not the load generator's. Both ends of the pipe between the two are here.
//
// The owner asks in lines, and is told each push that a service accepts, with the moment of its acceptance.
package fakes

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

const (
	project    = "bench-authenticator"
	agcProject = "388421841221765522"
	bundleID   = "example.bench.authenticator"
	subscriber = "https://github.com/jawort/jawort"
)

// The providers.
const (
	FCM     = "fcm"
	APNs    = "apns"
	Huawei  = "huawei"
	WebPush = "webpush"
)

// services are the stand-ins themselves.
type services struct {
	fcm     *pushtest.FCM
	apns    *pushtest.APNs
	huawei  *pushtest.Huawei
	webpush *pushtest.WebPush
}

func open(vapid string) (s services, err error) {
	if s.fcm, err = pushtest.NewFCM(project, time.Now); err != nil {
		return s, err
	}
	if s.apns, err = pushtest.NewAPNs(bundleID, time.Now); err != nil {
		return s, errors.Join(err, s.Close())
	}
	if s.huawei, err = pushtest.NewHuawei(agcProject, time.Now); err != nil {
		return s, errors.Join(err, s.Close())
	}
	if s.webpush, err = pushtest.NewWebPush(vapid, time.Now); err != nil {
		return s, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends them.
func (s services) Close() error {
	var errs []error
	if s.fcm != nil {
		errs = append(errs, s.fcm.Close())
	}
	if s.apns != nil {
		errs = append(errs, s.apns.Close())
	}
	if s.huawei != nil {
		errs = append(errs, s.huawei.Close())
	}
	if s.webpush != nil {
		errs = append(errs, s.webpush.Close())
	}
	return errors.Join(errs...)
}

// configure writes the files that an operator would get from the services.
func (s services) configure(dir string) (pushgw.Config, error) {
	account, key, root := filepath.Join(dir, "fcm.json"), filepath.Join(dir, "apns.p8"), filepath.Join(dir, "apns-root.pem")
	secret := filepath.Join(dir, "huawei-secret")
	for path, content := range map[string][]byte{
		account: s.fcm.ServiceAccountJSON(), key: s.apns.KeyPEM(), root: s.apns.RootPEM(), secret: []byte(s.huawei.ClientSecret()),
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return pushgw.Config{}, err
		}
	}
	return pushgw.Config{
		FCM: []pushgw.FCMConfig{{App: project, CredentialsFile: account, Endpoint: s.fcm.Endpoint()}},
		APNs: []pushgw.APNsConfig{{App: bundleID, KeyFile: key, KeyID: pushtest.APNsKeyID, TeamID: pushtest.APNsTeamID,
			Host: s.apns.URL(), RootCAFile: root}},
		Huawei: []pushgw.HuaweiConfig{{App: agcProject, ClientID: pushtest.HuaweiClientID, ClientSecretFile: secret,
			Endpoint: s.huawei.Endpoint()}},
		WebPush: pushgw.WebPushConfig{Subscriber: subscriber, AllowPrivate: []string{"127.0.0.0/8"}},
	}, nil
}

// address registers a new installation at a service.
func (s services) address(provider string) (phone.PushAddress, error) {
	switch provider {
	case FCM:
		return phone.PushAddress{Provider: FCM, App: project, Token: s.fcm.NewToken()}, nil
	case APNs:
		return phone.PushAddress{Provider: APNs, App: bundleID, Environment: "production", Token: s.apns.NewToken()}, nil
	case Huawei:
		return phone.PushAddress{Provider: Huawei, App: agcProject, Token: s.huawei.NewToken()}, nil
	case WebPush:
		subscription, err := s.webpush.NewSubscription()
		return phone.PushAddress{Provider: WebPush, Subscription: &phone.Subscription{Endpoint: subscription.Endpoint,
			Keys: phone.SubscriptionKeys{P256dh: subscription.Keys.P256dh, Auth: subscription.Keys.Auth}}}, err
	default:
		return phone.PushAddress{}, errors.New("fakes: there is no provider " + provider)
	}
}

// listen calls f for every push that a service accepts.
func (s services) listen(f func(pushtest.Push)) {
	for _, stage := range []*pushtest.Stage{s.fcm.Stage, s.apns.Stage, s.huawei.Stage, s.webpush.Stage} {
		stage.OnPush(func(p pushtest.Push) {
			select {
			case <-stage.Inbox(p.Token): // nobody else reads it, and what it holds would only grow
			default:
			}
			f(p)
		})
	}
}

var errEnded = errors.New("fakes: the stand-ins have ended")

// Token is what a push names of an address.
func Token(a phone.PushAddress) string {
	if a.Subscription != nil {
		return a.Subscription.Endpoint
	}
	return a.Token
}

var _ io.Closer = services{}
