// Package twilio sends SMS over HTTP through Twilio, or a gateway that speaks Twilio's API (2010-04-01), with Twilio's own
// library, and reads the callbacks that say what became of them.
//
// The library knows no context and no other host: each call gets an HTTP client of its own, which brings both. It is never left to
// the library, nor to its environment variables, whom a text goes to.
//
// The package knows no queue and no price. Twilio's error texts repeat numbers, so nothing but their code is kept.
package twilio
