package mobileapi

import (
	"context"
	"net/http"
)

const (
	challengePlain = `DPoP algs="ES256"`
	challengeNonce = `DPoP error="use_dpop_nonce", error_description="A fresh nonce is needed", algs="ES256"`
)

// challenger says on every 401 how to authenticate (RFC 9110, 11.6.1). Only a guard knows that the nonce was the
// reason; it says so through the request's context.
type challenger struct {
	http.ResponseWriter
	stale bool
}

type challengerOfContext struct{}

func (c *challenger) context(ctx context.Context) context.Context {
	return context.WithValue(ctx, challengerOfContext{}, c)
}

func markStale(ctx context.Context) {
	ctx.Value(challengerOfContext{}).(*challenger).stale = true
}

func (c *challenger) WriteHeader(status int) {
	if status == http.StatusUnauthorized {
		challenge := challengePlain
		if c.stale {
			challenge = challengeNonce
		}
		c.Header().Set("WWW-Authenticate", challenge)
	}
	c.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (c *challenger) Unwrap() http.ResponseWriter { return c.ResponseWriter }
