package live

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/figures"
)

// figuresBy followed by a process is the field that says that it added.
const figuresBy = "by:"

// AddFigures adds what a process counted to the bucket that begins at a time. A second time it changes nothing.
func (s *Store) AddFigures(ctx context.Context, at time.Time, sheet figures.Sheet) error {
	args := []any{sheet.Process, figures.Kept.Milliseconds(), 2 * len(sheet.Sums)}
	for _, values := range []figures.Values{sheet.Sums, sheet.Peaks} {
		for name, n := range values {
			args = append(args, name, n)
		}
	}
	if err := s.run(ctx, figuresScript, []string{figuresKey(at)}, args...).Err(); err != nil {
		return failed("add figures", err)
	}
	return nil
}

// Figures returns the buckets from the first to the last, those that nobody added to with them.
func (s *Store) Figures(ctx context.Context, first, last time.Time) ([]figures.Point, error) {
	var points []figures.Point
	var reads []*redis.MapStringStringCmd
	s.pipeline(ctx, func(p redis.Pipeliner) {
		for at := first; !at.After(last); at = at.Add(figures.Every) {
			points = append(points, figures.Point{At: at, Values: figures.Values{}})
			reads = append(reads, p.HGetAll(ctx, figuresKey(at)))
		}
	})
	for i, read := range reads {
		fields, err := read.Result()
		if err != nil {
			return nil, failed("read figures", err)
		}
		fillPoint(&points[i], fields)
	}
	return points, nil
}

func fillPoint(p *figures.Point, fields map[string]string) {
	for name, value := range fields {
		if strings.HasPrefix(name, figuresBy) {
			p.Processes++
		} else if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			p.Values[name] = n
		}
	}
}

// PushQueue says how many push jobs are not done, those that consumers hold included, and how old the oldest is.
func (s *Store) PushQueue(ctx context.Context) (jobs int64, oldest time.Duration, err error) {
	var lengths []*redis.IntCmd
	var heads []*redis.XMessageSliceCmd
	s.pipeline(ctx, func(p redis.Pipeliner) {
		for partition := range approval.Partitions {
			lengths = append(lengths, p.XLen(ctx, pushKey(partition)))
			heads = append(heads, p.XRangeN(ctx, pushKey(partition), "-", "+", 1))
		}
	})
	for i := range lengths {
		n, err := lengths[i].Result()
		if err != nil {
			return 0, 0, failed("measure push queue", err)
		}
		head, err := heads[i].Result()
		if err != nil {
			return 0, 0, failed("measure push queue", err)
		}
		jobs, oldest = jobs+n, max(oldest, s.ageOf(head))
	}
	return jobs, oldest, nil
}

// ageOf is the age of the first entry: what is done is removed, so what comes first in a stream waits for longest.
func (s *Store) ageOf(head []redis.XMessage) time.Duration {
	if len(head) == 0 {
		return 0
	}
	millis, _, _ := strings.Cut(head[0].ID, "-")
	at, err := strconv.ParseInt(millis, 10, 64)
	if err != nil {
		return 0
	}
	return s.now().Sub(time.UnixMilli(at))
}
