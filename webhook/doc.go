// Package webhook tells a tenant's own systems what happened, as Standard Webhooks
// (https://www.standardwebhooks.com): what may be told, how it is signed, when it is tried again, and the worker
// that delivers it.
//
// A delivery is one event on its way to one endpoint. It is made at least once: after a crash between sending and
// noting it down it comes again, with the same webhook-id. It carries ids and plain facts only, never a name, a
// number, an address or a code; whoever is told asks the API for the rest.
//
// An endpoint lies where a tenant says, so package outbound decides whether it is reached. The package does not know
// where endpoints and deliveries are kept, nor who may change them.
package webhook
