// Package bench loads a Jawort with login services, browsers and phones, and tells how fast it was and whether anything was lost.
//
// Logins arrive at a given rate whether or not the ones before are done (an open loop), and every duration counts from the
// moment at which its step should have begun. So a server that stands still for half a second shows in the percentiles
// as all the people who waited for it, not as the one request that was under way.
//
// What everybody saw is written down and compared, at the end, with what the database holds: Check. Package local runs an
// installation to be loaded; package bench itself needs only the address and a key of one.
package bench
