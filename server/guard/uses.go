package guard

import (
	"context"
	"log/slog"
)

// Uses notes when keys were used last, behind the requests: none waits for it, and a note that is lost is brought again by the next request.
type Uses struct {
	store UsedKeys
	log   *slog.Logger
	seen  chan string
}

// UsedKeys keep when they were used last.
type UsedKeys interface {
	KeyUsed(ctx context.Context, id string) error
}

// unnoted bounds the notes that wait.
const unnoted = 64

// NewUses returns one that notes in the store.
func NewUses(store UsedKeys, log *slog.Logger) *Uses {
	return &Uses{store: store, log: log, seen: make(chan string, unnoted)}
}

func (u *Uses) saw(key string) {
	if u == nil {
		return
	}
	select {
	case u.seen <- key:
	default:
	}
}

// Run notes until ctx ends. Of failures in a row it tells the first.
func (u *Uses) Run(ctx context.Context) error {
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case key := <-u.seen:
			err := u.store.KeyUsed(ctx, key)
			if err != nil && !failing && ctx.Err() == nil {
				u.log.WarnContext(ctx, "when an API key was used could not be noted; trying again with its next request", "key", key, "error", err)
			}
			failing = err != nil
		}
	}
}
