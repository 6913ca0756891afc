package config_test

import (
	"strings"
	"testing"

	"github.com/jawort/jawort/config"
)

const (
	carrier = `
sms: {smpp: {address: "smpp.carrier.example:3550", tls: true, system_id: muster, password_file: /run/secrets/smpp, source: Muster}}
`
	twilio = `
sms: {twilio: {account_sid: AC00000000000000000000000000000001, auth_token_file: /run/secrets/twilio, from: "+4915100000000"}}
`
	server = `
mail: {host: mail.example, username: jawort, password_file: /run/secrets/mail, from: "Muster <login@makler.example>"}
`
)

func TestSendersThatAreSetUpRightAreTaken(t *testing.T) {
	t.Parallel()
	for _, section := range []string{"", carrier, twilio, server, carrier + server, twilio + server, "mail: {host: localhost, tls: none, from: a@makler.example}"} {
		c, err := config.Load(file(t, least+section), nil)
		if err != nil {
			t.Errorf("%s: %v", section, err)
			continue
		}
		if c.SMS.SMPP.Used() != strings.Contains(section, "smpp:") || c.SMS.Twilio.Used() != strings.Contains(section, "twilio:") || c.Mail.Used() != strings.Contains(section, "mail:") {
			t.Errorf("%s: is read as %+v, %+v", section, c.SMS, c.Mail)
		}
	}
}

func TestWhatIsWrongWithASenderNamesItsKey(t *testing.T) {
	t.Parallel()
	for key, change := range map[string][3]string{
		"sms:":                       {carrier, "sms: {", "sms: {twilio: {from: x}, "},
		"sms.smpp.address:":          {carrier, "smpp.carrier.example:3550", "smpp.carrier.example"},
		"sms.smpp.system_id:":        {carrier, "system_id: muster, ", ""},
		"sms.smpp.password_file:":    {carrier, "password_file: /run/secrets/smpp, ", ""},
		"sms.smpp.source:":           {carrier, "source: Muster", `source: "Muster & Söhne"`},
		"sms.smpp.window:":           {carrier, "tls: true", "tls: true, window: -1"},
		"sms.smpp.root_ca_file:":     {carrier, "tls: true", "root_ca_file: x"},
		"sms.twilio.base_url:":       {twilio, "twilio: {", `twilio: {base_url: "http://gateway.example", `},
		"sms.twilio.account_sid:":    {twilio, "account_sid: AC", "account_sid: AC-"},
		"sms.twilio.auth_token_file": {twilio, "auth_token_file: /run/secrets/twilio, ", ""},
		"sms.twilio.from:":           {twilio, `"+4915100000000"`, `"0151 1"`},
		"mail.host:":                 {server, "host: mail.example, ", ""},
		"mail.port:":                 {server, "username", "port: 70000, username"},
		"mail.tls:":                  {server, "username", "tls: none, username"},
		"mail.from:":                 {server, "Muster <login@makler.example>", "Muster"},
		"mail.reply_to:":             {server, "username", "reply_to: x, username"},
		"mail.username:":             {server, "username: jawort, ", ""},
		"mail.hello:":                {server, "username", `hello: "a b", username`},
	} {
		section := strings.Replace(change[0], change[1], change[2], 1)
		if section == change[0] {
			t.Fatalf("%s: nothing is changed", key)
		}
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(file(t, least+section), nil)
			wantError(t, err, key)
		})
	}
}

func TestASendersSecretMayBeNamedByTheEnvironment(t *testing.T) {
	t.Parallel()
	c, err := config.Load(file(t, least+server), []string{"JAWORT_MAIL_PASSWORD_FILE=/run/secrets/other"})
	if err != nil || c.Mail.PasswordFile != "/run/secrets/other" {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestSendersThatAreUnwiseAreWarnedOf(t *testing.T) {
	t.Parallel()
	for section, key := range map[string]string{
		strings.Replace(carrier, "tls: true, ", "", 1):                                            "sms.smpp.tls:",
		strings.Replace(twilio, "twilio: {", `twilio: {base_url: "https://gateway.example", `, 1): "sms.twilio.base_url:",
	} {
		c, err := config.Load(file(t, least+section), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(c.Warnings(), "\n"), key) {
			t.Errorf("%s is not warned of: %q", key, c.Warnings())
		}
	}
}
