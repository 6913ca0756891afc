package docs_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// hostile are values that nobody expects, as they stand in JSON.
var hostile = []string{
	`null`, `true`, `0`, `-1`, `0.5`, `1e400`, `-1e-400`, `9223372036854775808`, `123456789012345678901234567890`, `{}`, `[]`, `[null]`, `{"":""}`, `""`, `" "`, `"a b"`,
	`"\u0000"`, `"\ud800"`, `"\udc00\ud800"`, `"\u202egnp.exe"`, `"\ufeff"`, `"\u200b"`, `"e\u0301"`, `"\ud83d\ude00"`, `"\u0664\u0662"`, `"../../etc/passwd"`, `"' OR 1=1 --"`,
	`"a\nb"`, `"\r\nX-A: b"`, `"http://127.0.0.1:1/"`, `"file:///etc/passwd"`, `"0001-01-01T00:00:00Z"`, `"9999-12-31T23:59:59.999999999Z"`, `"2026-02-30T00:00:00Z"`, `nul`, `'a'`, `01`, `+1`, `NaN`,
	`"` + strings.Repeat("a", 256) + `"`, `"` + strings.Repeat("a", 257) + `"`, `"` + strings.Repeat("ä", 129) + `"`, `"` + strings.Repeat("a", 5000) + `"`, `"` + strings.Repeat("a", 70000) + `"`,
	strings.Repeat("[", 9000) + strings.Repeat("]", 9000), strings.Repeat("[", 20000) + strings.Repeat("]", 20000), strings.Repeat(`{"a":`, 3000) + "1" + strings.Repeat("}", 3000),
	`[` + strings.Repeat("1,", 20000) + `1]`, "\"\xff\xfe\"",
}

// place is somewhere in a body where something else can be put.
type place func(v any)

func placesIn(v any, put place) []place {
	all := []place{put}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range sorted(v) {
			all = append(all, placesIn(v[name], func(other any) { v[name] = other })...)
		}
	case []any:
		for i := range v {
			all = append(all, placesIn(v[i], func(other any) { v[i] = other })...)
		}
	}
	return all
}

func objectsIn(v any) []map[string]any {
	var all []map[string]any
	switch v := v.(type) {
	case map[string]any:
		all = append(all, v)
		for _, name := range sorted(v) {
			all = append(all, objectsIn(v[name])...)
		}
	case []any:
		for _, one := range v {
			all = append(all, objectsIn(one)...)
		}
	}
	return all
}

// bend makes one thing in a body wrong, or strange.
func (s *stranger) bend(body any) any {
	objects := objectsIn(body)
	if len(objects) == 0 || s.IntN(2) == 0 {
		pick(s, placesIn(body, func(other any) { body = other }))(json.RawMessage(pick(s, hostile)))
		return body
	}
	o := pick(s, objects)
	names := sorted(o)
	switch how := s.IntN(6); {
	case how == 0:
		o[pick(s, []string{"newer", "", "__proto__", "id", strings.Repeat("n", 300)})] = json.RawMessage(pick(s, hostile))
	case len(names) == 0:
	case how < 3:
		delete(o, pick(s, names))
	case how == 3: // in another case
		name := pick(s, names)
		o[strings.ToUpper(name)] = o[name]
		delete(o, name)
	case how == 4: // and twice
		name := pick(s, names)
		o[strings.ToUpper(name)] = o[name]
	default:
		text := string(jsonOf(body))
		first, rest := text[:1], text[1:]
		return json.RawMessage(pick(s, []string{
			text[:s.IntN(len(text))], text + text, text + "\x00", "\ufeff" + text, first + strings.TrimSuffix(rest, "}") + "," + rest, "[" + text + "]", strings.Repeat(" ", 70000) + text,
		}))
	}
	return body
}

var twisted = []string{"%00", "%2E%2E%2F%2E%2E", "%F0%9F%98%80", "%FF", "%20", "a%2Fb", "%E2%80%AE", "-1", "null", "%25", "apr_0", "%27%20OR%201%3D1", strings.Repeat("a", 300), strings.Repeat("a", 5000)}

// twist makes what is around a body wrong, or strange.
func (s *stranger) twist(w *wish, o operation, params map[string]string, query url.Values) {
	switch s.IntN(6) {
	case 0:
		w.method = pick(s, []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, "PURGE"})
		w.body = nil
	case 1:
		for name := range params {
			w.path = s.fillIn(strings.ReplaceAll(o.path, "{"+name+"}", pick(s, twisted)), params)
			break
		}
	case 2:
		for _, name := range append(sorted(query), "wait", "limit", "colour")[:1+s.IntN(2)] {
			w.query += "&" + url.QueryEscape(name) + "=" + pick(s, twisted)
		}
	case 3:
		w.header.Set("Content-Type", pick(s, []string{"", "text/plain", "application/xml", "application/json; charset=latin1", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ";", "application/json; q"}))
	case 4:
		w.header.Set("Idempotency-Key", pick(s, []string{"", strings.Repeat("k", 256), "ä", "k"}))
		if strings.HasPrefix(w.header.Get("Authorization"), "Bearer jw_") { // who has a ticket is nobody's operator
			w.header.Set("Jawort-Operator", pick(s, []string{"", strings.Repeat("o", 129), "Ärger", "\u202e"}))
		}
	case 5:
		if o.hasBody() { // a body that nobody expects is not read
			w.body = []byte(pick(s, hostile))
		}
	}
}
