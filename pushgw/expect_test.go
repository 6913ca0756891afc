package pushgw_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jawort/jawort/pushgw"
)

func wantFailure(t *testing.T, err error, want pushgw.Failure) {
	t.Helper()
	got, ok := errors.AsType[*pushgw.Failure](err)
	if !ok {
		t.Fatalf("error is %v, want %+v", err, want)
	}
	if *got != want {
		t.Errorf("got %+v, want %+v", *got, want)
	}
}

func deadline(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func failureIn(t *testing.T, err error) *pushgw.Failure {
	t.Helper()
	f, ok := errors.AsType[*pushgw.Failure](err)
	if !ok {
		t.Fatalf("error is %v, want a failure", err)
	}
	return f
}
