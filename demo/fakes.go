package demo

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

const (
	firebaseProject = "muster-authenticator"
	bundleID        = "example.muster.authenticator"
)

// fakes stand in for the three push services, over real HTTP, HTTP/2 with TLS, and encryption.
type fakes struct {
	fcm     *pushtest.FCM
	apns    *pushtest.APNs
	webpush *pushtest.WebPush
	config  pushgw.Config
	close   []io.Closer
}

func startFakes(dir string, set *keys.Set) (_ *fakes, err error) {
	f := &fakes{}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	if f.fcm, err = pushtest.NewFCM(firebaseProject, time.Now); err != nil {
		return nil, err
	}
	f.close = append(f.close, f.fcm)
	if f.apns, err = pushtest.NewAPNs(bundleID, time.Now); err != nil {
		return nil, err
	}
	f.close = append(f.close, f.apns)
	vapid, _ := set.VAPID()
	if f.webpush, err = pushtest.NewWebPush(vapid, time.Now); err != nil {
		return nil, err
	}
	f.close = append(f.close, f.webpush)
	return f, f.configure(dir)
}

// configure writes the files that an operator would get from the services.
func (f *fakes) configure(dir string) error {
	account, key, root := filepath.Join(dir, "fcm.json"), filepath.Join(dir, "apns.p8"), filepath.Join(dir, "apns-root.pem")
	for path, content := range map[string][]byte{account: f.fcm.ServiceAccountJSON(), key: f.apns.KeyPEM(), root: f.apns.RootPEM()} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	f.config = pushgw.Config{
		FCM: []pushgw.FCMConfig{{App: firebaseProject, CredentialsFile: account, Endpoint: f.fcm.Endpoint()}},
		APNs: []pushgw.APNsConfig{{App: bundleID, KeyFile: key, KeyID: pushtest.APNsKeyID, TeamID: pushtest.APNsTeamID,
			Host: f.apns.URL(), RootCAFile: root}},
		WebPush: pushgw.WebPushConfig{Subscriber: "operator@example.com", AllowPrivate: []string{"127.0.0.0/8"}},
	}
	return nil
}

// addresses returns a push address at each service, with the channel of what arrives there.
func (f *fakes) addresses() (map[string]*phone.PushAddress, map[string]<-chan pushtest.Push, error) {
	fcm, apns := f.fcm.NewToken(), f.apns.NewToken()
	subscription, err := f.webpush.NewSubscription()
	if err != nil {
		return nil, nil, err
	}
	return map[string]*phone.PushAddress{
			"FCM":  {Provider: "fcm", App: firebaseProject, Token: fcm},
			"APNs": {Provider: "apns", App: bundleID, Environment: "production", Token: apns},
			"Web Push": {Provider: "webpush", Subscription: &phone.Subscription{Endpoint: subscription.Endpoint,
				Keys: phone.SubscriptionKeys{P256dh: subscription.Keys.P256dh, Auth: subscription.Keys.Auth}}},
		}, map[string]<-chan pushtest.Push{
			"FCM": f.fcm.Inbox(fcm), "APNs": f.apns.Inbox(apns), "Web Push": f.webpush.Inbox(subscription.Endpoint),
		}, nil
}

// Close stops the fakes.
func (f *fakes) Close() error {
	var errs []error
	for _, c := range f.close {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
