package docs_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

func pick[T any](s *stranger, from []T) T { return from[s.IntN(len(from))] }

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// value makes up what the schema allows; the name of its member says what could make sense.
func (s *stranger) value(name string, schema *openapi3.Schema) any {
	switch {
	case schema.Nullable && s.IntN(8) == 0:
		return nil
	case len(schema.OneOf) > 0:
		return s.value(name, pick(s, schema.OneOf).Value)
	case len(schema.AnyOf) > 0:
		return s.value(name, pick(s, schema.AnyOf).Value)
	case len(schema.Enum) > 0:
		return pick(s, schema.Enum)
	case len(schema.AllOf) > 0:
		return s.merged(name, schema)
	case schema.Type.Is("object"):
		return s.object(schema)
	case schema.Type.Is("array"):
		return s.array(name, schema)
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		return s.number(schema)
	case schema.Type.Is("boolean"):
		return s.IntN(2) == 0
	default:
		return s.text(name, schema)
	}
}

func (s *stranger) merged(name string, schema *openapi3.Schema) any {
	var last any
	all := map[string]any{}
	for _, part := range schema.AllOf {
		last = s.value(name, part.Value)
		members, isObject := last.(map[string]any)
		if !isObject {
			return last
		}
		maps.Copy(all, members)
	}
	maps.Copy(all, s.object(schema))
	return all
}

func (s *stranger) object(schema *openapi3.Schema) map[string]any {
	members := map[string]any{}
	for _, name := range sorted(schema.Properties) {
		if slices.Contains(schema.Required, name) || s.IntN(5) < 2 {
			members[name] = s.value(name, schema.Properties[name].Value)
		}
	}
	if schema.AdditionalProperties.Schema != nil {
		for range s.IntN(3) {
			members[pick(s, []string{"customers", "Portal", "+49", "+43"})] = s.value("", schema.AdditionalProperties.Schema.Value)
		}
	}
	return members
}

func (s *stranger) array(name string, schema *openapi3.Schema) []any {
	items := []any{}
	for range int(schema.MinItems) + s.IntN(3) {
		if schema.MaxItems == nil || len(items) < int(*schema.MaxItems) {
			items = append(items, s.value(name, schema.Items.Value))
		}
	}
	return items
}

func (s *stranger) number(schema *openapi3.Schema) any {
	least, most := 0.0, 100.0
	if schema.Min != nil {
		least = *schema.Min
	}
	if schema.Max != nil {
		most = *schema.Max
	}
	n := least + float64(s.Int64N(int64(most-least)+1))
	return json.Number(strconv.FormatFloat(pick(s, []float64{least, most, n}), 'f', -1, 64))
}

// sensible are values that get further than to the first check.
var sensible = map[string][]string{
	"group": {"customers", "nobodies"}, "phone": {"+49 151 23456789", "0151 23456780", "+4930901820"}, "email": {"anna@example.com", "bernd@example.com"}, "language": {"de", "en"},
	"ip": {"203.0.113.9", "2001:db8::7"}, "url": {"https://portal.example/hook"}, "code": {"042917", "123456"}, "time_zone": {"Europe/Berlin", "UTC"}, "method": {"totp", "sms", "email"},
	"endpoint": {"https://push.example/1"}, "subject": {"AT", "customers", "Portal"}, "user_agent": {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
	"session": {"s1", "s2"}, "since": {"2026-01-01T00:00:00Z"}, "until": {"2027-01-01T00:00:00Z"},
}

func (s *stranger) text(name string, schema *openapi3.Schema) any {
	switch kind, _, isID := strings.Cut(strings.TrimPrefix(schema.Pattern, "^"), "_"); {
	case isID && len(s.known[kind]) > 0 && s.IntN(8) > 0:
		return pick(s, s.known[kind])
	case slices.Contains([]string{"account", "external_id", "manager", "helper", "accounts", "after", "prefix"}, name):
		return pick(s, s.known["login"])
	case len(sensible[name]) > 0 && s.IntN(6) > 0:
		return pick(s, sensible[name])
	case schema.Format == "date-time":
		return time.Unix(1790000000+s.Int64N(10000000), 0).UTC().Format(time.RFC3339)
	case schema.Pattern != "":
		parsed, err := syntax.Parse(schema.Pattern, syntax.Perl)
		s.must(err)
		return s.matching(parsed)
	}
	most := 24
	if schema.MaxLength != nil {
		most = int(*schema.MaxLength)
	}
	length := pick(s, []int{int(schema.MinLength), min(most, int(schema.MinLength)+12), most})
	return strings.Repeat(pick(s, []string{"a", "x", "7"}), length)
}

// matching makes up a text that an expression matches.
func (s *stranger) matching(e *syntax.Regexp) string {
	var b strings.Builder
	repeated := func(from, to int) {
		if to < 0 {
			to = from + 3
		}
		for range from + s.IntN(to-from+1) {
			b.WriteString(s.matching(e.Sub[0]))
		}
	}
	switch e.Op {
	case syntax.OpLiteral:
		b.WriteString(string(e.Rune))
	case syntax.OpCharClass:
		at := 2 * s.IntN(len(e.Rune)/2)
		b.WriteRune(e.Rune[at] + rune(s.IntN(int(min(e.Rune[at+1], 0x7e)-e.Rune[at])+1)))
	case syntax.OpConcat, syntax.OpCapture:
		for _, part := range e.Sub {
			b.WriteString(s.matching(part))
		}
	case syntax.OpAlternate:
		return s.matching(pick(s, e.Sub))
	case syntax.OpStar:
		repeated(0, -1)
	case syntax.OpPlus:
		repeated(1, -1)
	case syntax.OpQuest:
		repeated(0, 1)
	case syntax.OpRepeat:
		repeated(e.Min, e.Max)
	}
	return b.String()
}

// jsonOf encodes with its members in order, and raw parts as they are, though they may be no JSON.
func jsonOf(v any) []byte {
	var b bytes.Buffer
	switch v := v.(type) {
	case json.RawMessage:
		return v
	case map[string]any:
		b.WriteByte('{')
		for i, name := range sorted(v) {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(jsonOf(name))
			b.WriteByte(':')
			b.Write(jsonOf(v[name]))
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, one := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(jsonOf(one))
		}
		b.WriteByte(']')
	default:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return text
	}
	return b.Bytes()
}
