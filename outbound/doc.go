// Package outbound makes the HTTP clients that go where somebody outside has pointed: a phone with its push
// subscription, a tenant with its webhook. Both could point into the network that Jawort runs in.
//
// It owns whom such a client may reach, and what may be told of an attempt that failed. It does not know what is sent.
package outbound
