package pushtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/fcm/v1"
)

// The schema is closed: its types are those that Google generates from the service's discovery document. The
// enumerations, which the generated types leave out, are listed here; a test compares them with the document.
var enums = map[string][]string{
	"AndroidConfig.priority":                   {"NORMAL", "HIGH"},
	"AndroidNotification.notificationPriority": {"PRIORITY_UNSPECIFIED", "PRIORITY_MIN", "PRIORITY_LOW", "PRIORITY_DEFAULT", "PRIORITY_HIGH", "PRIORITY_MAX"},
	"AndroidNotification.proxy":                {"PROXY_UNSPECIFIED", "ALLOW", "DENY", "IF_PRIORITY_LOWERED"},
	"AndroidNotification.visibility":           {"VISIBILITY_UNSPECIFIED", "PRIVATE", "PUBLIC", "SECRET"},
}

// durations lists the members of format google-duration.
var durations = []string{"AndroidConfig.ttl", "AndroidNotification.vibrateTimings", "LightSettings.lightOffDuration", "LightSettings.lightOnDuration"}

var durationForm = regexp.MustCompile(`^[0-9]+(\.[0-9]{1,9})?s$`)

// conform checks v against the generated type t and returns it with its members under their canonical names:
// services of Google read both collapseKey and collapse_key.
func conform(path string, v any, t reflect.Type) (any, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[fcm.Color]() || t.Name() == "RawMessage":
		return v, isObject(path, v) // an open object; a colour is read by the generated code
	case t.Kind() == reflect.Struct:
		return conformStruct(path, v, t)
	case t.Kind() == reflect.Map:
		return v, isStringMap(path, v)
	default:
		return v, nil // decoding into the generated type finds a wrong scalar
	}
}

func conformStruct(path string, v any, t reflect.Type) (any, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, &fieldError{path, "must be an object"}
	}
	canonical := map[string]any{}
	for name, member := range object {
		field, ok := memberOf(t, name)
		if !ok {
			return nil, &fieldError{join(path, name), "unknown name"}
		}
		key := jsonName(field)
		checked, err := conform(join(path, key), member, field.Type)
		if err != nil {
			return nil, err
		}
		if canonical[key], err = conformFormat(join(path, key), t.Name()+"."+key, checked); err != nil {
			return nil, err
		}
	}
	return canonical, nil
}

func conformFormat(path, member string, v any) (any, error) {
	s, isText := v.(string)
	if allowed, ok := enums[member]; ok {
		if !slices.Contains(allowed, strings.ToUpper(s)) {
			return nil, &fieldError{path, fmt.Sprintf("invalid value %q", s)}
		}
		return strings.ToUpper(s), nil
	}
	if isText && slices.Contains(durations, member) && !durationForm.MatchString(s) {
		return nil, &fieldError{path, "illegal duration format"}
	}
	return v, nil
}

func memberOf(t reflect.Type, name string) (reflect.StructField, bool) {
	for field := range t.Fields() {
		if key := jsonName(field); key != "-" && (key == name || snake(key) == name) {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

var upper = regexp.MustCompile(`[A-Z]`)

func snake(camel string) string {
	return strings.ToLower(upper.ReplaceAllString(camel, "_$0"))
}

func join(path, name string) string {
	return strings.TrimPrefix(path+"."+name, ".")
}

func isObject(path string, v any) error {
	if _, ok := v.(map[string]any); !ok {
		return &fieldError{path, "must be an object"}
	}
	return nil
}

func isStringMap(path string, v any) error {
	if err := isObject(path, v); err != nil {
		return err
	}
	for name, value := range v.(map[string]any) {
		if _, ok := value.(string); !ok {
			return &fieldError{join(path, name), "must be a string"}
		}
	}
	return nil
}

// decodeFCM reads a request strictly.
func decodeFCM(body []byte) (*fcm.SendMessageRequest, error) {
	var raw any
	if err := json.Unmarshal(body, &raw); err != nil {
		return nil, err
	}
	canonical, err := conform("", raw, reflect.TypeFor[fcm.SendMessageRequest]())
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(canonical)
	if err != nil {
		return nil, err
	}
	request := new(fcm.SendMessageRequest)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return request, d.Decode(request)
}
