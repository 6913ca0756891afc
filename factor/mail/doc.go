// Package mail sends e-mail through one SMTP server (RFC 5321), over TLS from the beginning or after STARTTLS, and without only to
// this machine. Each message has a connection of its own, which ends with the attempt.
//
// An address is taken only as an address and nothing more; what could begin another header is refused. Texts go out as plain text,
// marked as written by a program (RFC 3834), under a Message-ID that is the same however often a message is tried.
//
// The package knows no queue. What a server says in words may repeat an address, so nothing but its code is kept.
package mail
