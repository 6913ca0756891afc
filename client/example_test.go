package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/jawort/jawort/client"
)

// jawort stands in for a server where everybody answers at once.
func jawort(answer string) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/approvals", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, pendingApproval)
	})
	mux.HandleFunc("GET /v1/approvals/{id}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, answer) })
	mux.HandleFunc("POST /v1/enrolments", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"id":"enr_1","status":"open","account":"AB1234","link":"https://phone.example/enrol#code","qr":"data:image/png;base64,"}`)
	})
	mux.HandleFunc("GET /v1/enrolments/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"id":"enr_1","status":"completed","account":"AB1234","device":{"id":"dev_1","label":"Anna's phone","holder":"Anna","platform":"ios"}}`)
	})
	mux.HandleFunc("POST /v1/enrolments/{id}/confirm", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"id":"enr_1","status":"confirmed","account":"AB1234"}`)
	})
	return httptest.NewServer(mux)
}

// A login, after the password was right.
func ExampleClient_Approve() {
	server := jawort(approvedApproval)
	defer server.Close()

	c, err := client.New(client.Config{BaseURL: server.URL, Key: "jw_your-key"})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := c.Approve(context.Background(), client.Request{
		Account: "AB1234",
		Browser: client.Browser{IP: "203.0.113.9", UserAgent: "Mozilla/5.0 …", Session: "opaque"},
		OnCreated: func(a client.Approval) {
			fmt.Println("show in the browser:", a.Number)
		},
	})
	switch {
	case err == nil:
		fmt.Println("signed in, approved on", result.Approval.Device.Label)
	case errors.Is(err, client.ErrNotApproved):
		fmt.Println("not signed in:", result.Approval.Status)
	default:
		fmt.Println("try again later:", err)
	}
	// Output:
	// show in the browser: 42
	// signed in, approved on Anna's phone
}

// A payment that the holder of the account does not know.
func ExampleClient_Approve_transaction() {
	server := jawort(deniedApproval)
	defer server.Close()

	c, err := client.New(client.Config{BaseURL: server.URL, Key: "jw_your-key", FailOpen: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := c.Approve(context.Background(), client.Request{
		Account: "AB1234",
		Kind:    client.Transaction, // always asked, whatever FailOpen says
		Details: []client.Detail{
			{Label: "Amount", Value: "1,250.00 EUR", Role: "amount"},
			{Label: "To", Value: "Muster GmbH", Role: "payee"},
		},
	})
	fmt.Println(errors.Is(err, client.ErrNotApproved), result.Approval.Status)
	// Output: true denied
}

// Registering a phone for an account whose holder is signed in.
func ExampleClient_StartEnrolment() {
	server := jawort("")
	defer server.Close()
	ctx := context.Background()

	c, err := client.New(client.Config{BaseURL: server.URL, Key: "jw_your-key"})
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := c.StartEnrolment(ctx, "AB1234")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("show as QR code:", e.Link)
	for e.Status == client.EnrolmentOpen || e.Status == client.EnrolmentClaimed {
		if e, err = c.WaitEnrolment(ctx, e, client.MostWait); err != nil {
			fmt.Println(err)
			return
		}
	}
	digits := "123456" // as the person types them from the phone
	if e, err = c.ConfirmEnrolment(ctx, e.ID, digits); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Status)
	// Output:
	// show as QR code: https://phone.example/enrol#code
	// confirmed
}

func ExampleError() {
	err := error(&client.Error{Status: 409, Code: client.CodeNoMethod, Detail: "No device is registered for this account."})
	var refusal *client.Error
	if errors.As(err, &refusal) && refusal.Code == client.CodeNoMethod {
		fmt.Println("offer to enrol a phone")
	}
	// Output: offer to enrol a phone
}
