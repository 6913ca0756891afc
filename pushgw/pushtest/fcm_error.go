package pushtest

import (
	"errors"
	"io"
	"net/http"
)

const (
	typeFCMError   = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
	typeBadRequest = "type.googleapis.com/google.rpc.BadRequest"
	typeErrorInfo  = "type.googleapis.com/google.rpc.ErrorInfo"
)

// fcmError is an error in Google's form: a status of google.rpc with typed details.
type fcmError struct {
	status  int
	code    string // of google.rpc.Code
	message string
	details []any
}

func messaging(code string) []any {
	return []any{map[string]string{"@type": typeFCMError, "errorCode": code}}
}

func errorInfo(reason string) []any {
	return []any{map[string]string{"@type": typeErrorInfo, "reason": reason, "domain": "googleapis.com"}}
}

// fieldError names a member of the request that the schema or the rules refuse.
type fieldError struct{ field, why string }

func (e *fieldError) Error() string { return e.field + ": " + e.why }

func invalidField(err error) fcmError {
	e := fcmError{status: http.StatusBadRequest, code: "INVALID_ARGUMENT", message: "Invalid JSON payload received."}
	if f, ok := errors.AsType[*fieldError](err); ok {
		e.message = f.Error()
		violation := map[string]string{"field": f.field, "description": f.why}
		e.details = []any{map[string]any{"@type": typeBadRequest, "fieldViolations": []any{violation}}}
	}
	return e
}

// rpcCodes gives the google.rpc code and status that FCM sends with each of its own error codes.
var rpcCodes = map[string]string{
	"UNREGISTERED":           "NOT_FOUND",
	"INVALID_ARGUMENT":       "INVALID_ARGUMENT",
	"SENDER_ID_MISMATCH":     "PERMISSION_DENIED",
	"QUOTA_EXCEEDED":         "RESOURCE_EXHAUSTED",
	"THIRD_PARTY_AUTH_ERROR": "UNAUTHENTICATED",
	"UNAVAILABLE":            "UNAVAILABLE",
	"INTERNAL":               "INTERNAL",
}

func answerScripted(w http.ResponseWriter, r Reaction) {
	if r.Raw != "" {
		w.WriteHeader(r.Status)
		_, _ = io.WriteString(w, r.Raw)
		return
	}
	e := fcmError{status: r.Status, code: r.Code}
	if code, ok := rpcCodes[r.Code]; ok {
		e.code, e.details = code, messaging(r.Code)
	}
	answerFCM(w, e)
}

func answerFCM(w http.ResponseWriter, e fcmError) {
	if e.message == "" {
		e.message = "The request was refused: " + e.code
	}
	body := map[string]any{"code": e.status, "message": e.message, "status": e.code}
	if e.details != nil {
		body["details"] = e.details
	}
	writeJSON(w, e.status, map[string]any{"error": body})
}
