package edge

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jawort/jawort/refusal"
)

var (
	errMediaType = refusal.New(refusal.Unsupported, "unsupported-media-type",
		"Send the body as JSON and say so: Content-Type: application/json.")
	errBody = refusal.New(refusal.Malformed, "incomplete-body", "The body did not arrive in full.")
	errJSON = refusal.New(refusal.Malformed, "invalid-json", "The body is not valid JSON.")
)

// Decode reads the body into a T and validates it, where *T has Validate() error. It refuses fields that T
// does not have, so that a misspelt one is noticed.
func Decode[T any](r *http.Request) (T, error) { return decode[T](r, true) }

// DecodeLenient is Decode for callers that may be newer than this server: unknown fields are ignored.
func DecodeLenient[T any](r *http.Request) (T, error) { return decode[T](r, false) }

func decode[T any](r *http.Request, strict bool) (T, error) {
	var v, none T
	raw, err := readJSON(r)
	if err != nil {
		return none, err
	}
	if err := checkObject(raw, reflect.TypeFor[T](), strict); err != nil {
		return none, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if strict {
		dec.DisallowUnknownFields()
	}
	if err := dec.Decode(&v); err != nil {
		return none, explain(err)
	}
	if checked, ok := any(&v).(interface{ Validate() error }); ok {
		if err := checked.Validate(); err != nil {
			return none, err
		}
	}
	return v, nil
}

// readJSON returns the body where it is one JSON value in UTF-8. encoding/json would silently replace what is not.
func readJSON(r *http.Request) ([]byte, error) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := params["charset"]
	if err != nil || media != "application/json" || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return nil, errMediaType
	}
	raw, err := io.ReadAll(r.Body) // bounded by the Mux
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, errTooLarge
	case err != nil:
		return nil, errBody.Because(err)
	case len(bytes.TrimSpace(raw)) == 0:
		return nil, errJSON.WithDetail("The body is empty; a JSON object is expected.")
	case !utf8.Valid(raw) || loneSurrogate(raw):
		return nil, errJSON.WithDetail("The body is not valid UTF-8.")
	}
	var syntax *json.SyntaxError
	if err := json.Unmarshal(raw, new(json.RawMessage)); errors.As(err, &syntax) {
		return nil, errJSON.WithDetail("The body is not one valid JSON value; the fault is near byte " + strconv.FormatInt(syntax.Offset, 10) + ".")
	}
	return raw, nil
}

// explain turns the decoder's complaint into a sentence that names the field. What was sent is not repeated.
func explain(err error) error {
	var shown *refusal.Error
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &shown):
		return shown
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return refusal.Field(wrongType.Field, "must be "+expected(wrongType.Type))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return unknownField(strings.Trim(name, `"`))
	}
	return refusal.New(refusal.Invalid, "invalid-request", "A value in the body has the wrong form.").Because(errDecode)
}

// errDecode stands for the decoder's own error, which may quote the body.
var errDecode = errors.New("edge: a value was refused by its type")

func expected(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Pointer:
		return expected(t.Elem())
	case reflect.Float32, reflect.Float64:
		return "a number"
	default:
		return "a whole number within its range"
	}
}
