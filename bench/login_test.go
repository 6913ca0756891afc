package bench

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestWhatALoginTookCountsFromWhenItShouldHaveBegun(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		w.Write([]byte(`{"id":"apr_1","status":"approved"}`))
	}))
	t.Cleanup(server.Close)
	l, err := NewLoad(DefaultOptions(), Target{ServerURL: server.URL, Key: "jw_x"}, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	const late = 500 * time.Millisecond
	seen := &Login{Intended: time.Now().Add(-late)}
	l.play(t.Context(), &person{account: "a"}, plan{way: byTrust}, seen)
	if seen.Created < late {
		t.Errorf("a login that began %s late took %s", late, seen.Created)
	}
}
