package support

import (
	"net/http"
	"strconv"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
)

// resetBody says what a reset ends.
type resetBody struct {
	found
	Base, Reason string
	Devices      int
	Entry        lasting.Entry
}

func (s Support) resetBody(v *console.Visit) (resetBody, error) {
	e, err := s.entry(v)
	return resetBody{found: shown(e.Account, e.GroupName), Base: at(v, e.ID), Reason: v.PostFormValue("reason"), Devices: e.Devices, Entry: e}, err
}

func (s Support) resetting(w http.ResponseWriter, v *console.Visit) error {
	b, err := s.resetBody(v)
	if err != nil {
		return err
	}
	return v.Write(w, "resetting", b)
}

func (s Support) reset(w http.ResponseWriter, v *console.Visit) error {
	b, err := s.resetBody(v)
	if err != nil {
		return err
	}
	if err := account.ValidateName("reason", b.Reason); err != nil {
		return v.Wrong(w, err, "resetting", b)
	}
	if err := s.Resets.Reset(v.Context(), v.Tenant.ID, b.ExternalID, b.Reason, by(v)); err != nil {
		return err
	}
	return v.Onward(w, b.Base+"?done=reset")
}

// hours are for how long a code may be good.
var hours = []int{1, 4, 8, 24}

// bypassBody is what is asked for, and then, once, the code.
type bypassBody struct {
	found
	Base, Reason string
	Hours        []int
	Chosen, Uses int
	Given        *factors.Bypass
}

func (s Support) bypassBody(v *console.Visit) (bypassBody, error) {
	e, err := s.entry(v)
	b := bypassBody{found: shown(e.Account, e.GroupName), Base: at(v, e.ID), Reason: v.PostFormValue("reason"), Hours: hours, Chosen: hours[0], Uses: 1}
	if v.Method == http.MethodPost {
		b.Chosen, _ = strconv.Atoi(v.PostFormValue("hours")) // what is no number is out of bounds
		b.Uses, _ = strconv.Atoi(v.PostFormValue("uses"))
	}
	return b, err
}

func (s Support) bypassing(w http.ResponseWriter, v *console.Visit) error {
	b, err := s.bypassBody(v)
	if err != nil {
		return err
	}
	return v.Write(w, "bypassing", b)
}

// bypass shows the code this once: it is kept as a hash.
func (s Support) bypass(w http.ResponseWriter, v *console.Visit) error {
	b, err := s.bypassBody(v)
	if err != nil {
		return err
	}
	given, err := s.Methods.HandOut(v.Request, b.ExternalID, factor.Bypass{Reason: b.Reason, Life: time.Duration(b.Chosen) * time.Hour, Uses: b.Uses})
	if err != nil {
		return v.Wrong(w, err, "bypassing", b)
	}
	b.Given = &given
	v.Page.Title = "bypass.given.title"
	return v.Write(w, "bypass", b)
}
