package config

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
)

// SMS says through whom SMS are sent: one of the two, or nobody.
type SMS struct {
	SMPP   SMPP   `yaml:"smpp"`
	Twilio Twilio `yaml:"twilio"`
}

// SMPP is an account with a carrier that speaks SMPP 3.4. It is used where an address is given.
type SMPP struct {
	Address      string `yaml:"address"` // host:port
	TLS          bool   `yaml:"tls"`
	RootCAFile   string `yaml:"root_ca_file"` // empty: the system's authorities
	SystemID     string `yaml:"system_id"`
	PasswordFile string `yaml:"password_file"`
	SystemType   string `yaml:"system_type"`
	Source       string `yaml:"source"` // whom the SMS come from
	Window       int    `yaml:"window"` // requests that may wait for their answer; 0: the program's own choice
}

// Twilio is an account with Twilio, or with a gateway that speaks its API. It is used where an account is given.
type Twilio struct {
	BaseURL       string `yaml:"base_url"` // empty: Twilio's
	AccountSID    string `yaml:"account_sid"`
	AuthTokenFile string `yaml:"auth_token_file"`
	From          string `yaml:"from"` // +number, short code, name, or the id of a messaging service
}

// Mail is the SMTP server that takes e-mail. It is used where a host is given.
type Mail struct {
	Host         string `yaml:"host"`
	Port         int    `yaml:"port"`         // 0: 587 for starttls, 465 for implicit, 25 for none
	TLS          string `yaml:"tls"`          // starttls, implicit, or none: to this machine only
	RootCAFile   string `yaml:"root_ca_file"` // empty: the system's authorities
	Username     string `yaml:"username"`     // empty: without authentication
	PasswordFile string `yaml:"password_file"`
	From         string `yaml:"from"`
	ReplyTo      string `yaml:"reply_to"`
	Hello        string `yaml:"hello"` // how we introduce ourselves; empty: the machine's name
}

// Used reports whether anything of the section is given.
func (s SMPP) Used() bool { return s != SMPP{} }

// Used reports whether anything of the section is given.
func (t Twilio) Used() bool { return t != Twilio{} }

// Used reports whether anything of the section is given, but what is given by default.
func (m Mail) Used() bool { return m != Default().Mail }

var (
	hostPort     = regexp.MustCompile(`^.+:[0-9]+$`)
	number       = regexp.MustCompile(`^(\+[1-9][0-9]{6,14}|[0-9]{3,8})$`)
	name         = regexp.MustCompile(`^[0-9 ]*[A-Za-z][A-Za-z0-9 ]*$`)
	alphanumeric = regexp.MustCompile(`^[A-Za-z0-9]+$`)
	service      = regexp.MustCompile(`^MG[0-9a-f]{32}$`)
)

const (
	maxSystemID = 15 // SMPP 3.4, 4.1.1
	maxName     = 11 // 3GPP TS 23.040, 9.1.2.5
	sourceHint  = "must be +number, a short code, or a name of at most 11 letters and digits"
)

func (c *Config) validateSenders(f *faults) {
	if c.SMS.SMPP.Used() && c.SMS.Twilio.Used() {
		f.check("sms", errors.New("choose smpp or twilio: two would send everything twice as soon as one is slow"))
	}
	if c.SMS.SMPP.Used() {
		c.SMS.SMPP.validate(f)
	}
	if c.SMS.Twilio.Used() {
		c.SMS.Twilio.validate(f)
	}
	if c.Mail.Used() {
		c.Mail.validate(f)
	}
}

func isSource(s string) bool {
	return number.MatchString(s) || len(s) <= maxName && name.MatchString(s)
}

func (s SMPP) validate(f *faults) {
	if !hostPort.MatchString(s.Address) {
		f.check("sms.smpp.address", errors.New("must be host:port"))
	}
	f.check("sms.smpp.system_id", present(s.SystemID, "the carrier gives it"))
	if len(s.SystemID) > maxSystemID {
		f.check("sms.smpp.system_id", fmt.Errorf("must have at most %d characters", maxSystemID))
	}
	f.check("sms.smpp.password_file", present(s.PasswordFile, "it names the file that holds the password and nothing else"))
	if !isSource(s.Source) {
		f.check("sms.smpp.source", errors.New(sourceHint))
	}
	if s.Window < 0 {
		f.check("sms.smpp.window", errors.New("must not be negative"))
	}
	if s.RootCAFile != "" && !s.TLS {
		f.check("sms.smpp.root_ca_file", errors.New("has no use without tls"))
	}
}

func (t Twilio) validate(f *faults) {
	if u, err := url.Parse(t.BaseURL); t.BaseURL != "" && (err != nil || u.Host == "" || (u.Scheme != "https" && !(u.Scheme == "http" && local(u.Hostname())))) {
		f.check("sms.twilio.base_url", errors.New("must be an https URL: it is told the token, numbers and codes"))
	}
	if !alphanumeric.MatchString(t.AccountSID) {
		f.check("sms.twilio.account_sid", errors.New("must be letters and digits, as the console shows it"))
	}
	f.check("sms.twilio.auth_token_file", present(t.AuthTokenFile, "it names the file that holds the token and nothing else"))
	if !isSource(t.From) && !service.MatchString(t.From) {
		f.check("sms.twilio.from", errors.New(sourceHint+", or the id of a messaging service (MG…)"))
	}
}

func (m Mail) validate(f *faults) {
	f.check("mail.host", present(m.Host, "it is the SMTP server that takes our mail"))
	if m.Port < 0 || m.Port > 65535 {
		f.check("mail.port", errors.New("must be a port"))
	}
	f.check("mail.tls", oneOf(m.TLS, "starttls", "implicit", "none"))
	if m.TLS == "none" && !loopback(m.Host) {
		f.check("mail.tls", errors.New("none is for a server on this machine only; codes and passwords would lie open on their way"))
	}
	f.check("mail.from", checkMailbox(m.From))
	if m.ReplyTo != "" {
		f.check("mail.reply_to", checkMailbox(m.ReplyTo))
	}
	if (m.Username == "") != (m.PasswordFile == "") {
		f.check("mail.username", errors.New("goes with password_file; give both or none"))
	}
	if strings.ContainsAny(m.Hello, " \r\n") {
		f.check("mail.hello", errors.New("must be a host name"))
	}
}

// loopback is local without names that a resolver could answer otherwise.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func checkMailbox(s string) error {
	if _, err := mail.ParseAddress(s); err != nil {
		return errors.New("must be an address such as login@example.org or Example <login@example.org>")
	}
	return nil
}

func senders(c *Config) []string {
	var w []string
	if host, _, err := net.SplitHostPort(c.SMS.SMPP.Address); err == nil && !c.SMS.SMPP.TLS && !local(host) {
		w = append(w, "sms.smpp.tls: numbers and codes lie open on their way to the carrier; use tls, or a tunnel")
	}
	if c.SMS.Twilio.BaseURL != "" {
		w = append(w, "sms.twilio.base_url: SMS are sent to "+c.SMS.Twilio.BaseURL+" instead of Twilio")
	}
	return w
}
