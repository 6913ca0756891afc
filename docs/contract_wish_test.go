package docs_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// wish is a request that is still to be made.
type wish struct {
	face, method, path string // path with its parameters in
	query              string
	header             http.Header
	body               []byte
}

// wish makes up a request of any operation; every third as it should be.
func (s *stranger) wish() wish {
	o := s.operations[s.IntN(len(s.operations))]
	w := wish{face: o.face, method: o.method, header: http.Header{}}
	params := map[string]string{}
	query := url.Values{}
	for _, p := range openapi3.Parameters(append(o.route.PathItem.Parameters[:len(o.route.PathItem.Parameters):len(o.route.PathItem.Parameters)], o.Parameters...)) {
		text := plain(s.value(p.Value.Name, p.Value.Schema.Value))
		switch {
		case p.Value.In == "path":
			params[p.Value.Name] = cmp.Or(text, "none")
		case !p.Value.Required && s.IntN(3) > 0:
		case p.Value.In == "query" && p.Value.Name == "wait":
			query.Set("wait", []string{"0", "0", "0", "1"}[s.IntN(4)])
		case p.Value.In == "query":
			query.Set(p.Value.Name, text)
		case p.Value.In == "header" && p.Value.Name != "DPoP":
			w.header.Set(p.Value.Name, text)
		}
	}
	w.authorize(s, o)
	media, body := s.body(o)
	bent := s.IntN(3) > 0
	if bent && body != nil && s.IntN(3) > 0 {
		body = s.bend(body)
	}
	w.body = encode(media, body)
	if w.body != nil {
		w.header.Set("Content-Type", media)
	}
	w.path, w.query = s.fillIn(o.path, params), query.Encode()
	if bent && (body == nil || s.IntN(3) == 0) {
		s.twist(&w, o, params, query)
	}
	return w
}

func (s *stranger) fillIn(path string, params map[string]string) string {
	for name, value := range params {
		path = strings.ReplaceAll(path, "{"+name+"}", escape(value))
	}
	return path
}

// escape leaves nothing that net/http would take for a path of its own.
func escape(value string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.PathEscape(value), ".", "%2E"), "+", "%2B")
}

// authorize gives what the operation asks for, mostly.
func (w wish) authorize(s *stranger, o operation) {
	if w.face == phoneFacing {
		return // the phone does
	}
	switch with := s.IntN(20); {
	case with == 0:
	case with == 1:
		w.header.Set("Authorization", "Bearer jw_"+strings.Repeat("a", 43))
	case with == 2:
		w.header.Set("Authorization", "Bearer "+s.loginKey)
	case o.asksFor("ticket") && with < 12 && len(s.known["jt"]) > 0:
		w.header.Set("Authorization", "Bearer "+pick(s, s.known["jt"]))
	default:
		w.header.Set("Authorization", "Bearer "+s.key)
	}
	if o.asksFor("twilioSignature") {
		w.header.Set("X-Twilio-Signature", "AAAA")
	}
}

// body makes up a body as the file describes it, or takes one of its examples.
func (s *stranger) body(o operation) (media string, body any) {
	if !o.hasBody() {
		return "", nil
	}
	for media, content := range o.RequestBody.Value.Content {
		var examples []any
		if content.Example != nil {
			examples = append(examples, content.Example)
		}
		for _, name := range sorted(content.Examples) {
			examples = append(examples, content.Examples[name].Value.Value)
		}
		if len(examples) > 0 && s.IntN(3) == 0 {
			return media, again(pick(s, examples))
		}
		return media, s.value("", content.Schema.Value)
	}
	return "", nil
}

// again is a copy that can be bent.
func again(v any) any {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var copied any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&copied); err != nil {
		panic(err)
	}
	return copied
}

func encode(media string, body any) []byte {
	switch members, isObject := body.(map[string]any); {
	case media == "":
		return nil
	case media == "application/x-www-form-urlencoded" && isObject:
		form := url.Values{}
		for name, v := range members {
			form.Set(name, plain(v))
		}
		return []byte(form.Encode())
	}
	if raw, ok := body.(json.RawMessage); ok {
		return raw
	}
	return jsonOf(body)
}

// plain is a value as it stands in a path, query or header.
func plain(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	return string(jsonOf(v))
}

// ask makes the request, by the phone where it is the phone's.
func (s *stranger) ask(w wish) {
	at := w.path
	if w.query != "" {
		at += "?" + w.query
	}
	if w.face == phoneFacing {
		ctx := s.Context()
		if media := w.header.Get("Content-Type"); media != "" {
			ctx = context.WithValue(ctx, mediaType{}, media)
		}
		_ = s.carrier.Call(ctx, s.phone, w.method, at, w.body, nil) // the witness has seen what came of it
		return
	}
	r, err := http.NewRequestWithContext(s.Context(), w.method, s.url+at, bytes.NewReader(w.body))
	if err != nil {
		return // no client could send it
	}
	r.Header = w.header
	resp, err := s.http.Do(r)
	if err == nil {
		resp.Body.Close()
	}
}
