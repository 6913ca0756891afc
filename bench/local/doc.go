// Package local runs a whole Jawort on this machine to be measured, or harmed: its three processes as real programs, redis-server,
// Postgres that syncs each commit to its disk, and stand-ins for the push services in a process of their own. All of it
// listens on loopback only, lies in one folder, and ends with its owner.
//
// It knows nothing of the load.
package local
