package process

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/courier/dispatch"
	"github.com/jawort/jawort/factor/mail"
	"github.com/jawort/jawort/factor/smpp"
	"github.com/jawort/jawort/factor/twilio"
	"github.com/jawort/jawort/server/smsreceipts"
)

// prepareSenders runs what sends messages to people. Without any sender it still lets messages expire.
func (p *Process) prepareSenders() error {
	o := p.options
	senders := map[courier.Channel]courier.Sender{}
	for _, prepare := range []func(map[courier.Channel]courier.Sender) error{p.prepareSMPP, p.prepareTwilio, p.prepareMail} {
		if err := prepare(senders); err != nil {
			return err
		}
	}
	dispatcher := dispatch.New(dispatch.Options{
		Queue: p.messages, Senders: senders, Log: o.Log, Metrics: p.metrics, Now: o.Now, Random: o.Random,
	})
	p.faces = append(p.faces, dispatcher.Run)
	return nil
}

// channels are those by which anything is sent to people, whichever process sends it.
func (p *Process) channels() []courier.Channel {
	var all []courier.Channel
	if sms := p.options.Config.SMS; sms.SMPP.Used() || sms.Twilio.Used() {
		all = append(all, courier.SMS)
	}
	if p.options.Config.Mail.Used() {
		all = append(all, courier.Email)
	}
	return all
}

// noSender are the methods whose codes nothing sends here.
func (p *Process) noSender() []approval.Method {
	return slices.DeleteFunc([]approval.Method{approval.MethodSMS, approval.MethodEmail}, func(m approval.Method) bool {
		return slices.Contains(p.channels(), courier.Channel(m))
	})
}

// warnNoSender tells the operator of rules that offer what cannot be sent: nobody is offered it.
func (p *Process) warnNoSender(ctx context.Context) error {
	for _, m := range p.noSender() {
		named, err := p.lasting.PoliciesName(ctx, m)
		if err != nil {
			return err
		}
		if named {
			p.options.Log.WarnContext(ctx, "policies name a method whose codes this installation cannot send: nobody is offered it", "method", m)
		}
	}
	return nil
}

func (p *Process) prepareSMPP(senders map[courier.Channel]courier.Sender) error {
	o, c := p.options, p.options.Config.SMS.SMPP
	if !c.Used() {
		return nil
	}
	password, err := secretOf("sms.smpp.password_file", c.PasswordFile)
	if err != nil {
		return err
	}
	options := smpp.Options{
		Address: c.Address, SystemID: c.SystemID, Password: password, SystemType: c.SystemType, Source: c.Source, Window: c.Window,
		Receive: p.receipts.Receive, Log: o.Log, Now: o.Now, Random: o.Random,
	}
	if c.TLS {
		if options.TLS, err = trusting("sms.smpp.root_ca_file", c.RootCAFile); err != nil {
			return err
		}
	}
	client := smpp.New(options)
	p.faces = append(p.faces, client.Run)
	senders[courier.SMS] = client
	return nil
}

func (p *Process) prepareTwilio(senders map[courier.Channel]courier.Sender) error {
	c := p.options.Config.SMS.Twilio
	if !c.Used() {
		return nil
	}
	token, err := secretOf("sms.twilio.auth_token_file", c.AuthTokenFile)
	if err != nil {
		return err
	}
	client, err := twilio.New(twilio.Options{
		BaseURL: c.BaseURL, AccountSID: c.AccountSID, AuthToken: token, From: c.From, Callback: callbackOf(p.options.Config), Now: p.options.Now,
	})
	if err != nil {
		return err
	}
	p.open = append(p.open, client)
	senders[courier.SMS] = client
	return nil
}

func (p *Process) prepareMail(senders map[courier.Channel]courier.Sender) error {
	c := p.options.Config.Mail
	if !c.Used() {
		return nil
	}
	roots, err := trusting("mail.root_ca_file", c.RootCAFile)
	if err != nil {
		return err
	}
	options := mail.Options{
		Host: c.Host, Port: c.Port, TLS: mail.TLS(c.TLS), TLSConfig: roots, Username: c.Username,
		From: c.From, ReplyTo: c.ReplyTo, Hello: c.Hello, Now: p.options.Now,
	}
	if c.PasswordFile != "" {
		if options.Password, err = secretOf("mail.password_file", c.PasswordFile); err != nil {
			return err
		}
	}
	client, err := mail.New(options)
	if err != nil {
		return err
	}
	senders[courier.Email] = client
	return nil
}

// smsReceipts is the server's side of Twilio.
func (p *Process) smsReceipts() (smsreceipts.Twilio, error) {
	c := p.options.Config.SMS.Twilio
	if !c.Used() {
		return smsreceipts.Twilio{}, nil
	}
	token, err := secretOf("sms.twilio.auth_token_file", c.AuthTokenFile)
	if err != nil {
		return smsreceipts.Twilio{}, err
	}
	return smsreceipts.Twilio{Callbacks: twilio.NewCallbacks(token, callbackOf(p.options.Config)), Keeper: p.receipts}, nil
}

func callbackOf(c *config.Config) string { return c.Server.PublicURL + twilio.CallbackPath }

// secretOf reads a file that holds a secret and nothing else. The error names the key.
func secretOf(key, file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	secret := strings.TrimRight(string(data), "\r\n")
	if secret == "" {
		return "", fmt.Errorf("%s: %s is empty", key, file)
	}
	return secret, nil
}

// trusting returns a TLS configuration with the authorities of a file, or the system's where none is named.
func trusting(key, file string) (*tls.Config, error) {
	if file == "" {
		return &tls.Config{}, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: %w", key, errors.New("holds no certificate"))
	}
	return &tls.Config{RootCAs: roots}, nil
}
