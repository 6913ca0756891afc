package main

import (
	"context"
	"fmt"
	"log/slog"
)

// redisLog takes what the Redis client would write to stderr past the log. It is for finding faults only: whoever
// asked something of Redis logs what came of it.
type redisLog struct{ log *slog.Logger }

// Printf is what the client calls.
func (l redisLog) Printf(ctx context.Context, format string, args ...any) {
	if l.log.Enabled(ctx, slog.LevelDebug) {
		l.log.DebugContext(ctx, "redis client", "says", fmt.Sprintf(format, args...))
	}
}
