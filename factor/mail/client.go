package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/jawort/jawort/courier"
)

// TLS says how the way to the server is protected.
type TLS string

// The kinds.
const (
	STARTTLS TLS = "starttls" // the server must offer it
	Implicit TLS = "implicit" // from the first byte
	None     TLS = "none"     // to this machine only
)

// Options is what a client works with. Host, From and Now are required.
type Options struct {
	Host      string
	Port      int         // 0: 587, 465 or 25, by the kind of TLS
	TLS       TLS         // empty: STARTTLS
	TLSConfig *tls.Config // nil: the system's authorities
	Username  string      // empty: without authentication
	Password  string
	From      string        // an address, with or without a name before it
	ReplyTo   string        // empty: From
	Hello     string        // how we introduce ourselves; empty: the machine's name
	Timeout   time.Duration // of one attempt, from dialling on; 0: DefaultTimeout
	Now       func() time.Time
}

// DefaultTimeout is how long an attempt may take.
const DefaultTimeout = 20 * time.Second

// Name is the provider's name.
const Name = "mail"

// Client sends through one server.
type Client struct {
	options       Options
	from, replyTo *mail.Address
	domain        string // of the From address
}

// New returns a client, or an error that says what is wrong in the options.
func New(o Options) (*Client, error) {
	o.TLS, o.Timeout = cmp.Or(o.TLS, STARTTLS), cmp.Or(o.Timeout, DefaultTimeout)
	if o.Port == 0 {
		o.Port = map[TLS]int{STARTTLS: 587, Implicit: 465, None: 25}[o.TLS]
	}
	if o.TLS == None && !Loopback(o.Host) {
		return nil, errors.New("mail: without TLS only to this machine")
	}
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, errors.New("mail: from is no address")
	}
	replyTo, err := mail.ParseAddress(cmp.Or(o.ReplyTo, o.From))
	if err != nil {
		return nil, errors.New("mail: reply_to is no address")
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	return &Client{options: o, from: from, replyTo: replyTo, domain: domain}, nil
}

// Loopback reports whether a host is this machine.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Name implements courier.Sender.
func (c *Client) Name() string { return Name }

// Send implements courier.Sender. The reference is the Message-ID: servers give none of their own that could be asked about.
func (c *Client) Send(ctx context.Context, m courier.Message) (string, error) {
	letter, ok := c.letter(m)
	if !ok {
		return "", &courier.Failure{Kind: courier.Unreachable, Reason: "no-address"}
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	line := &line{client: c, ctx: ctx}
	defer line.close()
	client, err := gomail.NewClient(c.options.Host, c.settings(line)...)
	if err != nil {
		return "", &courier.Failure{Kind: courier.Alarm, Reason: "settings"}
	}
	err = client.DialAndSendWithContext(ctx, letter)
	if letter.IsDelivered() { // what went wrong afterwards concerns nobody
		return c.messageID(m), nil
	}
	return "", failure(ctx, err)
}

// letter makes the message, or reports false where the address is not one address and nothing else.
func (c *Client) letter(m courier.Message) (*gomail.Msg, bool) {
	to, err := mail.ParseAddress(m.Address)
	if err != nil || to.Address != m.Address || to.Name != "" || strings.ContainsAny(m.Subject, "\r\n") {
		return nil, false
	}
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	letter.FromMailAddress(c.from)
	letter.ToMailAddress(to)
	letter.ReplyToMailAddress(c.replyTo)
	letter.Subject(m.Subject)
	letter.SetDateWithValue(c.options.Now())
	letter.SetMessageIDWithValue(c.messageID(m))
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	return letter, true
}

func (c *Client) messageID(m courier.Message) string { return m.ID + "@" + c.domain }

func (c *Client) settings(l *line) []gomail.Option {
	o := c.options
	all := []gomail.Option{
		gomail.WithPort(o.Port), gomail.WithTimeout(o.Timeout), gomail.WithDialContextFunc(l.dial),
		gomail.WithTLSConfig(c.tlsConfig()), gomail.WithTLSPolicy(gomail.NoTLS),
	}
	if o.TLS == STARTTLS {
		all = append(all, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if o.Hello != "" {
		all = append(all, gomail.WithHELO(o.Hello))
	}
	if o.Username != "" {
		all = append(all, gomail.WithSMTPAuthCustom(&login{username: o.Username, password: o.Password, host: o.Host}))
	}
	return all
}

func (c *Client) tlsConfig() *tls.Config {
	config := &tls.Config{}
	if c.options.TLSConfig != nil {
		config = c.options.TLSConfig.Clone()
	}
	config.ServerName, config.MinVersion = c.options.Host, tls.VersionTLS12
	return config
}

// line is the connection of one attempt. The library leaves one open whose greeting or authentication fails, and does not look at
// the context once it is dialled.
type line struct {
	client *Client
	ctx    context.Context // of this one attempt
	conn   net.Conn
	unbind func() bool
}

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	plain := &net.Dialer{}
	dial := plain.DialContext
	if l.client.options.TLS == Implicit {
		dial = (&tls.Dialer{NetDialer: plain, Config: l.client.tlsConfig()}).DialContext
	}
	conn, err := dial(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("mail: dial: %w", err)
	}
	l.conn = conn
	l.unbind = context.AfterFunc(l.ctx, func() { _ = conn.Close() })
	return conn, nil
}

func (l *line) close() {
	if l.conn != nil {
		l.unbind()
		_ = l.conn.Close() // most often it is closed already
	}
}
