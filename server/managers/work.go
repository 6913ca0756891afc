package managers

import (
	"errors"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/server/portal"
)

// An interval for many thousands takes a while. It is done a part at a time: the page shows how far it is and asks for the next part by itself, or by its
// button; who closes it finds on the list that it is not finished.

var errNoWork = pages.Fault{Status: http.StatusNotFound, Text: "work.none"}

// work shows how far it is.
func (m Managers) work(w http.ResponseWriter, v *portal.Visit) error {
	found, err := m.Store.Work(v.Context(), v.Session.ID)
	if errors.Is(err, account.ErrNoWork) {
		err = errNoWork
	}
	if err != nil {
		return err
	}
	return m.desk.Write(w, v, "work", found)
}

// goOn does the next part.
func (m Managers) goOn(w http.ResponseWriter, v *portal.Visit) error {
	_, err := m.Store.GoOn(v.Context(), v.Session, by(v))
	if errors.Is(err, account.ErrNoWork) {
		err = errNoWork
	}
	if err != nil {
		return err
	}
	return m.desk.Onward(w, v, "/portal/customers/many/work")
}

// unfinished reports whether there is a part to be done.
func (m Managers) unfinished(v *portal.Visit) (bool, error) {
	found, err := m.Store.Work(v.Context(), v.Session.ID)
	if errors.Is(err, account.ErrNoWork) {
		return false, nil
	}
	return err == nil && !found.Ended, err
}
