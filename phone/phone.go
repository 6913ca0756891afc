package phone

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// Options say what kind of phone it is. The zero value is an up-to-date Android phone without push.
type Options struct {
	Installation Installation
	HTTPClient   *http.Client     // nil: one with the defaults of net/http; redirects are never followed
	Now          func() time.Time // nil: time.Now
	Random       io.Reader        // nil: crypto/rand
}

// Installation is what the phone says about itself.
type Installation struct {
	Platform      string `json:"platform"` // android, ios or web
	OSVersion     string `json:"os_version"`
	Model         string `json:"model"`
	Language      string `json:"language"`
	ScreenLock    bool   `json:"screen_lock"`
	Notifications bool   `json:"notifications"`
}

var upToDate = Installation{Platform: "android", OSVersion: "16", Model: "Simulated phone", Language: "en", ScreenLock: true, Notifications: true}

// Phone holds the keys of its logins. It may be used by any number of goroutines.
type Phone struct {
	Authenticator Authenticator // zero: honest
	Prover        Prover        // zero: honest

	options Options
	http    *http.Client
	path    string // of the state's file; empty: kept in memory only

	mu     sync.Mutex
	state  state
	nonces map[string]string // the newest one of each server
	signed map[question]Signed
}

// New returns a phone without logins, which forgets everything at its end unless Save is called.
func New(o Options) *Phone {
	if o.Installation == (Installation{}) {
		o.Installation = upToDate
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	own := http.Client{}
	if o.HTTPClient != nil {
		own = *o.HTTPClient
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Phone{options: o, http: &own, nonces: map[string]string{}, signed: map[question]Signed{}}
}

// Login is a registration of this phone, as the phone keeps it.
type Login struct {
	Server  string
	Device  string
	Account string
	Tenant  string
	Holder  string
	Label   string
}

// Logins are the registrations of this phone.
func (p *Phone) Logins() []Login {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []Login
	for _, s := range p.state.Servers {
		for _, d := range s.Devices {
			all = append(all, Login{Server: s.URL, Device: d.ID, Account: d.Account, Tenant: d.Tenant, Holder: d.Holder, Label: d.Label})
		}
	}
	return all
}

func (p *Phone) servers() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var urls []string
	for _, s := range p.state.Servers {
		if len(s.Devices) > 0 {
			urls = append(urls, s.URL)
		}
	}
	return urls
}

// ErrNotEnrolled says that this phone has no such registration.
var ErrNotEnrolled = errors.New("phone: not enrolled")

// device returns a copy of what is kept of a device.
func (p *Phone) device(server, id string) (device, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.state.server(server); s != nil {
		for _, d := range s.Devices {
			if d.ID == id {
				return d, nil
			}
		}
	}
	return device{}, ErrNotEnrolled
}

// serverOf returns where a device is registered.
func (p *Phone) serverOf(id string) (string, error) {
	for _, l := range p.Logins() {
		if l.Device == id {
			return l.Server, nil
		}
	}
	return "", ErrNotEnrolled
}
