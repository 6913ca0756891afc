package mobileapi_test

import (
	"net/http"
	"strings"
	"testing"
)

const renewalPath = "/v1/installation/token"

func TestAPhoneGetsItsTokenAgainForTheProofOfItsKeyAndOfNoOther(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p, q := b.phone("x").enrol(b.account("4711")), b.phone("y").enrol(b.account("4712"))
	if got := p.call("POST", renewalPath, nil, withToken("")).ok(t); got.body["token"] != p.token {
		t.Errorf("got %s, want the phone's own token", got.raw)
	}
	if got := p.call("POST", renewalPath, nil, withToken(""), withKey(q.key)).ok(t); got.body["token"] != q.token {
		t.Errorf("another key got %s", got.raw)
	}
	for name, got := range map[string]answer{
		"a key that enrolled nowhere": p.call("POST", renewalPath, nil, withToken(""), withKey(b.phone("z").key)),
		"no proof":                    p.call("POST", renewalPath, nil, withToken(""), change{send: func(r *http.Request) { r.Header.Del("DPoP") }}),
		"the token in place of it":    p.call("POST", renewalPath, nil, change{send: func(r *http.Request) { r.Header.Del("DPoP") }}),
		"a proof for another call":    p.call("POST", renewalPath, nil, withToken(""), claim("htu", b.url+"/v1/devices")),
		"a proof without its nonce":   p.call("POST", renewalPath, nil, withToken(""), claim("nonce", "old")),
	} {
		if got.status != http.StatusUnauthorized || strings.Contains(string(got.raw), "jwi_") {
			t.Errorf("%s: got %d %s", name, got.status, got.raw)
		}
	}
}
