package client

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
)

// Config says how to reach Jawort.
type Config struct {
	BaseURL    string       // of the login-facing API, e.g. https://jawort.example
	Key        string       // the application's API key, jw_…
	HTTPClient *http.Client // nil: one with the defaults of net/http; redirects are never followed
	FailOpen   bool         // see the package's documentation; default: closed
	Log        *slog.Logger // nil: nothing is logged
}

// Client calls the login-facing API. It may be used by any number of goroutines.
type Client struct {
	base     string
	key      string
	operator string // empty: nobody is named
	http     *http.Client
	failOpen bool
	log      *slog.Logger
}

// New returns a client, or an error that names what is wrong with the configuration.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.BaseURL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("client: BaseURL must look like https://jawort.example")
	}
	if !strings.HasPrefix(cfg.Key, "jw_") {
		return nil, errors.New("client: Key must be an API key, which begins with jw_")
	}
	c := &Client{base: strings.TrimSuffix(cfg.BaseURL, "/"), key: cfg.Key, failOpen: cfg.FailOpen, log: cfg.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.http = withoutRedirects(cfg.HTTPClient)
	return c, nil
}

// withoutRedirects keeps the API key and the body of a question from going where somebody else points.
func withoutRedirects(given *http.Client) *http.Client {
	own := http.Client{}
	if given != nil {
		own = *given
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// String keeps the key out of whatever prints a client.
func (c *Client) String() string { return fmt.Sprintf("client(%s)", c.base) }

// GoString does the same for %#v.
func (c *Client) GoString() string { return c.String() }
