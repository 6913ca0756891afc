package bench

import (
	"slices"
	"sync"
	"time"

	"github.com/jawort/jawort/phone"
)

// Journal is what everybody saw. It is compared with the database at the end.
type Journal struct {
	mu        sync.Mutex
	accounts  []string
	logins    []*Login
	devices   []Device
	churned   int // phones that were to be registered and revoked
	churnErrs []string
}

// Login is one login as its login service, its browser and its phones saw it.
type Login struct {
	ID       string // of the approval; empty: it was never created
	Account  string
	Measured bool // not of the warm-up
	Kinds    []Kind
	Mistyped bool // a wrong number was refused as such

	Woken        []Woken // phones for which a push was queued
	Page         Sight   // the browser's
	Left         time.Time
	Waited       bool // there was a page
	Dropped      bool // it was told that there is nothing to wait for
	Site         Sight
	Asked        bool // the login service was answered
	Phones       []Answer
	Acknowledged time.Time // when the first of them was told an outcome; zero: none was
	Errors       []string  // of steps that failed, in short

	Created  time.Duration // from the intended start to the answer
	Decided  time.Duration // from the intended answer of the phone to the page's last frame; 0: does not apply
	Intended time.Time
	Ended    time.Time // when the last of it was seen; zero: never
	Unwoken  bool      // no push came, and the phone was opened all the same
}

// Woken is a phone that is to be woken.
type Woken struct{ Device, Token string }

// Sight is an outcome as somebody was told it. The zero value: nothing was told.
type Sight struct {
	Status, Method string
}

// Answer is what a phone, or the page for a code, was answered.
type Answer struct {
	Device   string // empty: a code
	Decision phone.Decision
	Status   string // approved, denied, or pending where others are still asked; empty: it was refused
	Method   string // of a code
}

// Device is a phone whose registration was acknowledged, and perhaps its revocation.
type Device struct {
	Account, ID string
	Revoked     bool
}

func (j *Journal) account(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.accounts = append(j.accounts, name)
}

func (j *Journal) add(l *Login) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.logins = append(j.logins, l)
}

func (j *Journal) enrolled(account, device string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.devices = append(j.devices, Device{Account: account, ID: device})
}

func (j *Journal) revoked(device string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.devices {
		if j.devices[i].ID == device {
			j.devices[i].Revoked = true
		}
	}
}

// churn counts a phone that is to be registered and revoked.
func (j *Journal) churn() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.churned++
}

// neverRevoked says that phones were to be registered and revoked, and not one was.
func (j *Journal) neverRevoked() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.churned > 0 && !slices.ContainsFunc(j.devices, func(d Device) bool { return d.Revoked })
}

// churnFailed notes an error of what goes on beside the logins.
func (j *Journal) churnFailed(what string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.churnErrs = append(j.churnErrs, what)
}

// Logins are those that have ended, one way or another.
func (j *Journal) Logins() []*Login {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]*Login(nil), j.logins...)
}

// Accounts are those that were made.
func (j *Journal) Accounts() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]string(nil), j.accounts...)
}

// Devices are the registrations.
func (j *Journal) Devices() []Device {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Device(nil), j.devices...)
}

// Errors counts what failed, by what it was.
func (j *Journal) Errors() map[string]int {
	counts := map[string]int{}
	for _, l := range j.Logins() {
		for _, e := range l.Errors {
			counts[e]++
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range j.churnErrs {
		counts[e]++
	}
	return counts
}
