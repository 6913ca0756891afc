// Package live keeps what is pending, in Redis: the approvals that wait for their end, the index of each
// account, limits, idempotency keys, the push queue, and the wake-ups between processes. It runs on a
// single server, behind Sentinel, on a cluster, or embedded in the process.
//
// Everything here may be lost without a decision being lost: ends live in the lasting store, of which this
// package knows nothing. It also knows nothing of HTTP and of push providers.
//
// All keys of one partition share a hash tag, so each change is one script on one node. Scripts are
// idempotent, because the client repeats a command whose answer it did not get. Time comes from the caller;
// Redis' own clock only forgets keys and measures how long a push job lies idle.
package live
