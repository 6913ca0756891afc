package phone

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Recovery says that somebody without a phone is about to get a new one for a login of this phone.
type Recovery struct {
	Server    string    `json:"-"`
	ID        string    `json:"id"`
	Account   Account   `json:"account"`
	Tenant    Party     `json:"tenant"`
	CreatedAt time.Time `json:"created_at"`
	OpensAt   time.Time `json:"opens_at"`
}

// Recoveries asks all servers for the recoveries that this phone could stop.
func (p *Phone) Recoveries(ctx context.Context) ([]Recovery, error) {
	var all []Recovery
	err := p.everywhere(func(server string) error {
		var list struct {
			Recoveries []Recovery `json:"recoveries"`
		}
		err := p.Call(ctx, server, http.MethodGet, "/v1/recoveries", nil, &list)
		for _, r := range list.Recoveries {
			r.Server = server
			all = append(all, r)
		}
		return err
	})
	return all, err
}

// StopRecovery ends a recovery: nobody gets a phone by it any more.
func (p *Phone) StopRecovery(ctx context.Context, r Recovery) error {
	return p.Call(ctx, r.Server, http.MethodDelete, "/v1/recoveries/"+url.PathEscape(r.ID), nil, nil)
}
