package bench

import (
	"context"
	"encoding/base32"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/bench/fakes"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/phone"
)

// person is an account with its phones.
type person struct {
	account string
	phones  []*handset
	app     *authenticator // nil: has no authenticator app

	mu    sync.Mutex
	trust string // token of the browser; empty: none yet
}

func (p *person) trusted() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trust
}

func (p *person) keepTrust(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trust = token
}

// handset is one registered phone.
type handset struct {
	phone  *phone.Phone
	server string // mobile-api
	device string
	token  string // by which it is woken; empty: it is not
}

// authenticator is an app that shows codes.
type authenticator struct {
	key string // base32

	mu   sync.Mutex
	last int64 // step whose code was used
}

var errNoCode = errors.New("bench: the authenticator app has no unused code at the moment")

// code returns one that was not used yet: the present step's, or the next one's, which a clock that is a little fast shows.
func (a *authenticator) code(now time.Time) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	step := max(factor.Step(now), a.last+1)
	if step > factor.Step(now)+1 {
		return "", errNoCode
	}
	a.last = step
	return hotp.GenerateCodeCustom(a.key, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}

// cast is everybody who logs in. Each role has accounts of its own, which take turns.
type cast struct {
	byPhone, byCode, byTrust turn
}

type turn struct {
	people []*person
	next   int
}

func (t *turn) take() *person {
	p := t.people[t.next%len(t.people)]
	t.next++
	return p
}

// role is a group of accounts that are registered alike.
type role struct {
	name          string
	count         int
	several       float64 // share with three phones
	app, trusting bool
	into          *turn
}

// waitingRole are those who are asked, and never answer.
const waitingRole = "w"

// registering bounds how many accounts are registered at once.
const registering = 32

// Register makes the accounts and registers their phones, by the calls that a login service and an app make.
func (l *Load) Register(ctx context.Context) error {
	roles := []role{
		{name: "p", count: l.o.People, several: l.o.Several, into: &l.cast.byPhone},
		{name: "c", count: l.o.pool(l.o.Code, longestStep), app: true, into: &l.cast.byCode},
		{name: "t", count: l.o.pool(l.o.Trusted, time.Second), trusting: true, into: &l.cast.byTrust},
		{name: waitingRole, count: accountsFor(l.waiting), into: &turn{}},
	}
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(registering)
	for _, r := range roles {
		r.into.people = make([]*person, r.count)
		for i := range r.count {
			g.Go(func() (err error) {
				r.into.people[i], err = l.register(within, r, i)
				l.registered.Add(1)
				return err
			})
		}
	}
	if err := g.Wait(); err != nil {
		return err
	}
	shuffle := l.o.random(3)
	people := l.cast.byPhone.people
	shuffle.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
	return l.earnTrust(ctx)
}

// phonesOf is three for the first so many of a role.
func (r role) phonesOf(i int) int {
	if float64(i) < r.several*float64(r.count) {
		return 3
	}
	return 1
}

func (l *Load) register(ctx context.Context, r role, i int) (*person, error) {
	p := &person{account: l.prefix + r.name + strconv.Itoa(i)}
	if err := l.putAccount(ctx, p.account, r.trusting); err != nil {
		return nil, err
	}
	provider := l.o.Providers[i%len(l.o.Providers)]
	for n := range r.phonesOf(i) {
		h, err := l.registerPhone(ctx, p.account, provider, "Phone "+strconv.Itoa(n+1))
		if err != nil {
			return nil, err
		}
		p.phones = append(p.phones, h)
	}
	var err error
	if r.app {
		p.app, err = l.activateApp(ctx, p.account)
	}
	return p, err
}

func (l *Load) putAccount(ctx context.Context, account string, trusting bool) error {
	l.journal.account(account)
	change := client.AccountChange{Label: &account}
	if trusting {
		change.Group = &l.target.Trusting
	}
	_, err := l.service.ChangeAccount(ctx, account, change)
	return err
}

func (l *Load) registerPhone(ctx context.Context, account, provider, label string) (*handset, error) {
	e, err := l.service.Enrol(ctx, client.NewEnrolment{Account: account, Authorize: client.ByOperator, Reason: "bench"})
	if err != nil {
		return nil, err
	}
	h := &handset{phone: phone.New(phone.Options{HTTPClient: l.wires.phones})}
	var address *phone.PushAddress
	if l.target.Wakes != nil {
		given, err := l.target.Wakes.Addresses(ctx, provider, 1)
		if err != nil {
			return nil, err
		}
		address, h.token = &given[0], fakes.Token(given[0])
	}
	digits, err := h.phone.Enrol(ctx, e.Link, "Holder of "+account, label, address)
	if err != nil {
		return nil, err
	}
	login := h.phone.Logins()[0]
	h.server, h.device = login.Server, login.Device
	if _, err := l.service.ConfirmEnrolment(ctx, e.ID, digits); err != nil {
		return nil, err
	}
	l.journal.enrolled(account, h.device)
	return h, nil
}

// activateApp gives the account an authenticator app, proved by a code that lies a step back: the present one is for a login.
func (l *Load) activateApp(ctx context.Context, account string) (*authenticator, error) {
	var started struct {
		Key string `json:"key"`
	}
	path := accountPath(account, "/methods/totp")
	err := l.target.post(ctx, l.wires.service, path, l.target.Key, "", struct{}{}, &started)
	if err != nil {
		return nil, err
	}
	a := &authenticator{key: strings.ReplaceAll(started.Key, " ", "")}
	if _, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(a.key); err != nil {
		return nil, err
	}
	// Where that step has become too old on the way, the present one has to do.
	for _, back := range []time.Duration{factor.TOTPPeriod, 0} {
		var code string
		if code, err = a.code(l.now().Add(-back)); err != nil {
			return nil, err
		}
		err = l.target.post(ctx, l.wires.service, path+"/confirm", l.target.Key, "", map[string]string{"code": code}, nil)
		if err == nil || brief(err) != "wrong-code" {
			break
		}
	}
	return a, err
}
