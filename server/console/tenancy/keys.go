package tenancy

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
)

// endingBody says what will end.
type endingBody struct {
	Action, Back string
	Application  account.Application
	Key          account.Key
	Keys         int // of the application, that are in use
}

func (t Tenancy) revokingApplication(w http.ResponseWriter, v *console.Visit) error {
	a, err := t.applicationOf(v)
	if err != nil {
		return err
	}
	keys, err := t.Store.Keys(v.Context(), a.ID)
	if err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, func(k account.Key) bool { return !k.RevokedAt.IsZero() })
	return v.Write(w, "revoking-application", endingBody{Action: v.URL.Path, Back: applicationURL(v, a), Application: a, Keys: len(keys)})
}

func (t Tenancy) revokeApplication(w http.ResponseWriter, v *console.Visit) error {
	if err := t.Store.RevokeApplicationBy(v.Context(), v.Tenant.ID, v.PathValue("id"), v.Actor()); err != nil {
		return unknown(err)
	}
	return v.Onward(w, v.Base()+"/applications?done=application-revoked")
}

// unknown makes what is not there as unknown as a page that is not.
func unknown(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return edge.ErrNoRoute
	}
	return err
}

// secretBody is something that is shown once.
type secretBody struct {
	Secret, ID, Back string
}

// newestKeys is the page of an application's keys that somebody asks for.
func (t Tenancy) newestKeys(v *console.Visit, a account.Application) ([]account.Key, pages.Pager, error) {
	at, after, err := pages.ReadCursorAt(v.URL)
	if err != nil {
		return nil, pages.Pager{}, err
	}
	found, err := t.Store.NewestKeys(v.Context(), a.ID, lasting.Before{At: at, ID: after, Limit: atOnce + 1})
	here := &url.URL{Path: applicationURL(v, a), RawQuery: v.URL.RawQuery} // a form that is shown again has another address
	found, p := pages.Paged(here, found, atOnce, func(k account.Key) string { return pages.CursorAt(k.CreatedAt, k.ID) })
	return found, p, err
}

// addKey shows the secret, here and nowhere else.
func (t Tenancy) addKey(w http.ResponseWriter, v *console.Visit) error {
	a, err := t.applicationOf(v)
	if err != nil {
		return err
	}
	scopes, err := account.ParseScopes(strings.Join(v.PostForm["scopes"], ","))
	if err != nil {
		e, again := t.editApplication(v, a)
		if again != nil {
			return again
		}
		return v.Wrong(w, err, e.page, e.body(e.form(v, organisation.Fingerprint(a), applicationURL(v, a)), outlook{}))
	}
	secret, err := account.NewSecret(t.Random)
	if err != nil {
		return err
	}
	k := account.Key{Application: a.ID, Scopes: scopes, Hash: account.HashSecret(secret)}
	if k.ID, err = id.New(t.Random, id.Key); err != nil {
		return err
	}
	if err := t.Store.CreateKeyBy(v.Context(), v.Tenant.ID, k, v.Actor()); err != nil {
		return unknown(err)
	}
	return v.Write(w, "key-created", secretBody{secret, k.ID, applicationURL(v, a)})
}

// keyOf returns the key in the path, where it is its application's and that the tenant's.
func (t Tenancy) keyOf(v *console.Visit) (account.Application, account.Key, error) {
	a, err := t.applicationOf(v)
	if err != nil {
		return a, account.Key{}, err
	}
	keys, err := t.Store.Keys(v.Context(), a.ID)
	if err != nil {
		return a, account.Key{}, err
	}
	i := slices.IndexFunc(keys, func(k account.Key) bool { return k.ID == v.PathValue("key") })
	if i < 0 {
		return a, account.Key{}, edge.ErrNoRoute
	}
	return a, keys[i], nil
}

func (t Tenancy) revokingKey(w http.ResponseWriter, v *console.Visit) error {
	a, k, err := t.keyOf(v)
	if err != nil {
		return err
	}
	return v.Write(w, "revoking-key", endingBody{Action: v.URL.Path, Back: applicationURL(v, a), Application: a, Key: k})
}

func (t Tenancy) revokeKey(w http.ResponseWriter, v *console.Visit) error {
	a, k, err := t.keyOf(v)
	if err != nil {
		return err
	}
	if err := t.Store.RevokeKeyBy(v.Context(), a.ID, k.ID, v.Actor()); err != nil {
		return unknown(err)
	}
	return v.Onward(w, applicationURL(v, a)+"?done=key-revoked")
}
