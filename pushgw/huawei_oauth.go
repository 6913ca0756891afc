package pushgw

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/jawort/jawort/outbound"
)

// request asks the token endpoint. Nothing of its answer but the token gets any further: error texts repeat what was sent.
func (g *huaweiGrant) request(ctx context.Context) (token string, life time.Duration, f *Failure) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, strings.NewReader(g.form.Encode()))
	if err != nil {
		return "", 0, &Failure{Kind: Alarm, Reason: "invalid-endpoint"}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := g.client.Do(req)
	if err != nil {
		return "", 0, noAnswer(err)
	}
	defer outbound.Drain(resp.Body)
	switch status := resp.StatusCode; {
	case status == http.StatusOK:
		return readGrant(resp)
	case status >= 500 || status == http.StatusTooManyRequests:
		return "", 0, &Failure{Kind: Again, Reason: "oauth-unavailable", After: outbound.RetryAfter(resp.Header, g.now())}
	default:
		return "", 0, &Failure{Kind: Alarm, Reason: "oauth-refused"}
	}
}

const (
	maxBearer   = 8 << 10
	leastLife   = 2 * bearerRest // whatever the endpoint says, or every push would ask it
	longestLife = 24 * time.Hour
)

func readGrant(resp *http.Response) (token string, life time.Duration, f *Failure) {
	var a struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"` // seconds
	}
	if err := readHuawei(resp.Body, &a); err != nil || !isBearer(a.AccessToken) {
		return "", 0, &Failure{Kind: Again, Reason: "oauth-unreadable"}
	}
	seconds := min(max(a.ExpiresIn, int64(leastLife.Seconds())), int64(longestLife.Seconds()))
	return a.AccessToken, time.Duration(seconds) * time.Second, nil
}

// isBearer reports whether s can stand in a header.
func isBearer(s string) bool {
	return s != "" && len(s) <= maxBearer && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
