// Package demo is a small login service with everything that Jawort is in one process: a site with a password
// and a waiting page, the three processes on embedded stores, and for Run with Once also the push providers'
// fakes and three simulated phones. It uses Jawort as a stranger would: through the Go client and the phone API.
package demo
