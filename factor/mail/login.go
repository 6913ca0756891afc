package mail

import (
	"slices"

	"github.com/wneessen/go-mail/smtp"
)

// login authenticates by PLAIN, or by LOGIN where the server knows nothing else. Both give the password away, so the library
// refuses them without TLS, but for this machine.
type login struct {
	username, password, host string

	chosen smtp.Auth
}

func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	l.chosen = smtp.PlainAuth("", l.username, l.password, l.host, false)
	if !slices.Contains(server.Auth, "PLAIN") && slices.Contains(server.Auth, "LOGIN") {
		l.chosen = smtp.LoginAuth(l.username, l.password, l.host, false)
	}
	return l.chosen.Start(server)
}

func (l *login) Next(fromServer []byte, more bool) ([]byte, error) {
	return l.chosen.Next(fromServer, more)
}
