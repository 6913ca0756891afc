package live

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{
		"redis://localhost:6379", "rediss://user:p%40ss@redis.example:6379/2", "redis+cluster://a:1,b:2", "redis+sentinel://a:1,b:2/master", "redis://", "redis://a", "redis://a:1,b:2", "redis://a:1/x", "redis://secret@a:1",
		"redis://:%zz@a:1", "redis+cluster://a:1/1", "redis+moon://a:1", "http://a:1", "", "redis://a:1/65536", "redis://:secret@@a:1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := parseURL(text)
		if err == nil && (len(o.Addrs) == 0 || strings.Contains(strings.Join(o.Addrs, ","), "@")) {
			t.Errorf("%q leads to %q", text, o.Addrs)
		}
		if err == nil {
			return
		}
		if _, rest, ok := strings.Cut(text, "://"); ok && len(rest) > 12 && strings.Contains(err.Error(), rest) {
			t.Errorf("the error repeats %q", text)
		}
	})
}

// FuzzDecodeRecord reads what stands in Redis, which others may have written.
func FuzzDecodeRecord(f *testing.F) {
	for _, seed := range [][3]string{
		{`[{"device":"dev_a"}]`, "1790000000000000", "3"}, {"null", "0", ""}, {"[]", "-1", "-1"}, {"", "", ""}, {"{}", "1e3", "x"}, {"[null]", "9223372036854775807", "99999999999999999999"}, {"[[[", "9223372036854775808", "\xff"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, recipients, at, count string) {
		fields := map[string]string{"recipients": recipients, "created_at": at, "expires_at": at, "closes_at": at, "sent": count, "document": recipients, "mac": at}
		p, err := decodeRecord("apr_1", fields)
		if err != nil {
			return
		}
		if micros(p.CreatedAt) != strings.TrimPrefix(at, "+") && !strings.HasPrefix(strings.TrimLeft(at, "+-"), "0") {
			t.Errorf("%q is read as %s", at, micros(p.CreatedAt))
		}
		encoded, err := encodeRecord(p)
		if err != nil {
			t.Fatal(err)
		}
		again := map[string]string{"sent": count}
		for i := 0; i < len(encoded); i += 2 {
			switch v := encoded[i+1].(type) {
			case string:
				again[encoded[i].(string)] = v
			case []byte:
				again[encoded[i].(string)] = string(v)
			}
		}
		twice, err := decodeRecord("apr_1", again)
		if err != nil || !reflect.DeepEqual(twice.Fixed(), p.Fixed()) || !twice.ExpiresAt.Equal(p.ExpiresAt) {
			t.Errorf("%v is read as %+v, and then as %+v (%v)", fields, p, twice, err)
		}
	})
}

func FuzzDecodeJob(f *testing.F) {
	for _, seed := range []string{`{"kind":"approval","id":"apr_1","recipient":{"installation":"ins_1"},"expires_at":"2026-11-26T12:00:00Z"}`, "", "null", "[]", "{", `{"expires_at":"soon"}`, `{"kind":7}`, `{"recipient":[]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		job, err := decodeJob(3, redis.XMessage{ID: "1-0", Values: map[string]any{jobField: text}})
		if err != nil {
			return
		}
		written, err := encodeJob(job.PushJob)
		if err != nil {
			return // a time that JSON cannot say
		}
		again, err := decodeJob(3, redis.XMessage{ID: "1-0", Values: map[string]any{jobField: string(written)}})
		if err != nil {
			t.Fatalf("%q is written as %s: %v", text, written, err)
		}
		if twice, err := json.Marshal(again.PushJob); err != nil || string(twice) != string(written) {
			t.Errorf("%q is written as %s, and then as %s (%v)", text, written, twice, err)
		}
	})
}
