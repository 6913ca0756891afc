package phone

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Notice says what has happened to a login of this phone.
type Notice struct {
	Server   string    `json:"-"`
	ID       string    `json:"id"`
	Device   string    `json:"device"`
	Account  Account   `json:"account"`
	Tenant   Party     `json:"tenant"`
	Occasion string    `json:"occasion"`
	Text     string    `json:"text"` // in the language of the installation
	At       time.Time `json:"at"`
}

// Notices asks all servers for what this phone has not read, newest first at each. A phone asks when it opens, and when a push of type
// notice wakes it.
func (p *Phone) Notices(ctx context.Context) ([]Notice, error) {
	var all []Notice
	err := p.everywhere(func(server string) error {
		var list struct {
			Notices []Notice `json:"notices"`
		}
		err := p.Call(ctx, server, http.MethodGet, "/v1/notices", nil, &list)
		for _, n := range list.Notices {
			n.Server = server
			all = append(all, n)
		}
		return err
	})
	return all, err
}

// ReadNotice says that the person has read a notice: it is not listed any more, for no device of this phone.
func (p *Phone) ReadNotice(ctx context.Context, n Notice) error {
	return p.Call(ctx, n.Server, http.MethodDelete, "/v1/notices/"+url.PathEscape(n.ID), nil, nil)
}
