package edge

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/refusal"
)

// BearerToken returns the credentials of the Authorization header where it has this scheme, and reports
// whether there was exactly one such header with something in it.
func BearerToken(r *http.Request, scheme string) (string, bool) {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return "", false
	}
	given, token, ok := strings.Cut(values[0], " ")
	token = strings.Trim(token, " ")
	if !ok || !strings.EqualFold(given, scheme) || token == "" || strings.ContainsAny(token, " \t,") {
		return "", false
	}
	return token, true
}

// Wait returns how long the caller wants to wait for a change (?wait=30, in seconds), at most most.
func Wait(r *http.Request, most time.Duration) (time.Duration, error) {
	value := r.URL.Query().Get("wait")
	if value == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseUint(value, 10, 16)
	if err != nil {
		return 0, refusal.Field("wait", fmt.Sprintf("must be whole seconds, 0 to %d", int(most.Seconds())))
	}
	return min(time.Duration(seconds)*time.Second, most), nil
}
