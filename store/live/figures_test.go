package live

import (
	"maps"
	"testing"
	"time"

	"github.com/jawort/jawort/figures"
)

var figuresContract = []clause{
	{"what processes count adds up, and of the queue the highest stands", figuresAddUp},
	{"a process that adds again adds nothing, as the client does that got no answer", figuresRepeated},
	{"fifty processes at once lose nothing", figuresAtOnce},
	{"buckets that nobody added to are there, and empty", figuresGaps},
	{"figures are forgotten by themselves after an hour", figuresForgotten},
	{"the age of the push queue is that of its oldest job, in whatever partition, until it is done", pushQueueAge},
}

var aBucket = time.Date(2026, 11, 26, 12, 0, 5, 0, time.UTC)

func (w *world) figure(process string, sums, peaks figures.Values) {
	w.t.Helper()
	w.must(w.AddFigures(w.t.Context(), aBucket, figures.Sheet{Process: process, Sums: sums, Peaks: peaks}))
}

func (w *world) figured(processes int, want figures.Values) {
	w.t.Helper()
	got, err := w.Figures(w.t.Context(), aBucket, aBucket)
	w.must(err)
	if len(got) != 1 || got[0].Processes != processes || !maps.Equal(got[0].Values, want) {
		w.t.Errorf("got %v, want %d processes with %v", got, processes, want)
	}
}

func figuresAddUp(_ *testing.T, w *world) {
	w.figure("one", figures.Values{figures.Created: 3, figures.Sockets: 40}, figures.Values{figures.QueueAge: 700})
	w.figure("two", figures.Values{figures.Created: 4, figures.Errors: 1, figures.Sockets: 2}, figures.Values{figures.QueueAge: 300, figures.QueueJobs: 0})
	w.figure("three", nil, nil)
	w.figured(3, figures.Values{figures.Created: 7, figures.Errors: 1, figures.Sockets: 42, figures.QueueAge: 700, figures.QueueJobs: 0})
}

func figuresRepeated(_ *testing.T, w *world) {
	for range 2 {
		w.figure("one", figures.Values{figures.Created: 3, figures.Sockets: 40}, nil)
	}
	w.figured(1, figures.Values{figures.Created: 3, figures.Sockets: 40})
}

func figuresAtOnce(t *testing.T, w *world) {
	for _, err := range together(50, func(i int) error {
		return w.AddFigures(t.Context(), aBucket, figures.Sheet{Process: string(rune('A' + i)), Sums: figures.Values{figures.Created: 2}, Peaks: figures.Values{figures.QueueAge: int64(i)}})
	}) {
		w.must(err)
	}
	w.figured(50, figures.Values{figures.Created: 100, figures.QueueAge: 49})
}

func figuresGaps(t *testing.T, w *world) {
	w.figure("one", figures.Values{figures.Created: 3}, nil)
	got, err := w.Figures(t.Context(), aBucket.Add(-figures.Every), aBucket.Add(figures.Every))
	w.must(err)
	if len(got) != 3 || got[0].Processes != 0 || got[1].Processes != 1 || len(got[2].Values) != 0 || !got[2].At.Equal(aBucket.Add(figures.Every)) {
		t.Errorf("got %v", got)
	}
}

func figuresForgotten(t *testing.T, w *world) {
	w.figure("one", figures.Values{figures.Created: 3}, nil)
	life, err := w.client.PTTL(t.Context(), figuresKey(aBucket)).Result()
	w.must(err)
	if life > figures.Kept || life < figures.Kept-10*time.Second {
		t.Errorf("they are kept for %v", life)
	}
}

func pushQueueAge(t *testing.T, w *world) {
	measure := func(jobs int64, least, most time.Duration) {
		t.Helper()
		n, age, err := w.PushQueue(t.Context())
		w.must(err)
		if n != jobs || age < least || age > most {
			t.Errorf("%d jobs, the oldest of %v; want %d, of %v to %v", n, age, jobs, least, most)
		}
	}
	measure(0, 0, 0)
	w.queued(3)
	w.clock.advance(30 * time.Second) // not that of Redis, which numbers the entries
	measure(3, 29*time.Second, 40*time.Second)
	w.clock.advance(-30 * time.Second)

	jobs := w.read(w.Queue("reader"), 3) // by whom they are held
	w.clock.advance(30 * time.Second)
	measure(3, 29*time.Second, 40*time.Second)
	for _, j := range jobs {
		w.must(w.Queue("reader").Ack(t.Context(), j))
	}
	measure(0, 0, 0)
}
