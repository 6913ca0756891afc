package twilio_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor/twilio"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const callbackURL = "https://jawort.example" + twilio.CallbackPath

func client(t *testing.T, base string, change func(o *twilio.Options)) *twilio.Client {
	t.Helper()
	o := twilio.Options{
		BaseURL: base, AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, From: twiliotest.From, Callback: callbackURL,
		Now: time.Now,
	}
	if change != nil {
		change(&o)
	}
	c, err := twilio.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func message(to string) courier.Message {
	return courier.Message{ID: "msg_a", Channel: courier.SMS, Address: to, Text: "123456 ist Ihr Code", ExpiresAt: time.Now().Add(15 * time.Minute)}
}

const mobile = "+4915112345678"

func TestAnSMSIsCreatedAndEndsWithItsCode(t *testing.T) {
	t.Parallel()
	fake := twiliotest.Start(t)
	sid, err := client(t, fake.URL, nil).Send(t.Context(), message(mobile))
	if err != nil {
		t.Fatal(err)
	}
	got := fake.Taken()[0]
	if got.ValidityPeriod < 14*60 || got.ValidityPeriod > 15*60 {
		t.Errorf("Twilio may deliver it for %d s", got.ValidityPeriod)
	}
	got.ValidityPeriod = 0
	if want := (twiliotest.Message{SID: sid, To: mobile, From: twiliotest.From, Body: "123456 ist Ihr Code", StatusCallback: callbackURL}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAMessagingServiceMayChooseTheSender(t *testing.T) {
	t.Parallel()
	fake := twiliotest.Start(t)
	const service = "MG00000000000000000000000000000001"
	if _, err := client(t, fake.URL, func(o *twilio.Options) { o.From = service }).Send(t.Context(), message(mobile)); err != nil {
		t.Fatal(err)
	}
	if got := fake.Taken()[0]; got.ServiceSID != service || got.From != "" {
		t.Errorf("got %+v", got)
	}
}

func TestAGatewayMayLieBelowAPath(t *testing.T) {
	t.Parallel()
	fake := twiliotest.Start(t)
	var path string
	fake.Do(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"sid":"SM1"}`)
	})
	sid, err := client(t, fake.URL+"/twilio/", nil).Send(t.Context(), message(mobile))
	if err != nil || sid != "SM1" || path != "/twilio/2010-04-01/Accounts/"+twiliotest.AccountSID+"/Messages.json" {
		t.Errorf("got %q, %v at %s", sid, err, path)
	}
}

// wantFailure also looks whether number, text or token are in what is said.
func wantFailure(t *testing.T, err error, want courier.Failure) {
	t.Helper()
	got, ok := errors.AsType[*courier.Failure](err)
	if !ok || *got != want {
		t.Errorf("got %v (%+v), want %+v", err, got, want)
		return
	}
	for _, secret := range []string{"4915", "15005550", "123456", twiliotest.AuthToken, twiliotest.AccountSID} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells %q: %v", secret, err)
		}
	}
}

func TestTheNumberedErrorsMeanWhatTheyShould(t *testing.T) {
	t.Parallel()
	c := client(t, twiliotest.Start(t).URL, nil)
	for to, want := range map[string]courier.Failure{
		"+15005550001": {Kind: courier.Unreachable, Reason: "21211"},
		"+15005550002": {Kind: courier.Unreachable, Reason: "21612"},
		"+15005550003": {Kind: courier.Refused, Reason: "21408"},
		"+15005550004": {Kind: courier.Unreachable, Reason: "21610"},
		"+15005550008": {Kind: courier.Throttled, Reason: "21611"},
		"+15005550009": {Kind: courier.Unreachable, Reason: "21614"},
	} {
		_, err := c.Send(t.Context(), message(to))
		wantFailure(t, err, want)
	}
}

func TestAnswersThatSayNoNumberAreJudgedByTheirStatus(t *testing.T) {
	t.Parallel()
	fake := twiliotest.Start(t)
	c := client(t, fake.URL, nil)
	for name, test := range map[string]struct {
		do   http.HandlerFunc
		want courier.Failure
	}{
		"too many": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			twiliotest.Fail(w, http.StatusTooManyRequests, 20429, "Too Many Requests")
		}, courier.Failure{Kind: courier.Throttled, Reason: "20429", After: 7 * time.Second}},
		"too many, in prose": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "slow down", http.StatusTooManyRequests)
		}, courier.Failure{Kind: courier.Throttled, Reason: "http-429"}},
		"broken": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<h1>Bad gateway for +4915112345678</h1>", http.StatusBadGateway)
		}, courier.Failure{Kind: courier.Again, Reason: "http-502"}},
		"broken, with a number": {func(w http.ResponseWriter, _ *http.Request) {
			twiliotest.Fail(w, http.StatusServiceUnavailable, 20503, "Service unavailable")
		}, courier.Failure{Kind: courier.Again, Reason: "20503"}},
		"moved": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://192.0.2.1/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, courier.Failure{Kind: courier.Alarm, Reason: "http-307"}},
		"cut in the middle": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, courier.Failure{Kind: courier.Again, Reason: "no-answer"}},
	} {
		fake.Do(test.do)
		_, err := c.Send(t.Context(), message(mobile))
		t.Log(name)
		wantFailure(t, err, test.want)
	}
}

func TestAMessageThatWasTakenIsNotSentAgainBecauseTheAnswerCannotBeRead(t *testing.T) {
	t.Parallel()
	fake := twiliotest.Start(t)
	fake.Do(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, "<html>")
	})
	if sid, err := client(t, fake.URL, nil).Send(t.Context(), message(mobile)); err != nil || sid != "" {
		t.Errorf("got %q, %v", sid, err)
	}
}

func TestAMessageThatFailsAtOnceIsRefused(t *testing.T) {
	t.Parallel()
	fake := twiliotest.Start(t)
	fake.Do(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"sid":"SM1","status":"failed","error_code":30006}`)
	})
	_, err := client(t, fake.URL, nil).Send(t.Context(), message(mobile))
	wantFailure(t, err, courier.Failure{Kind: courier.Unreachable, Reason: "30006"})
}

func TestWrongCredentialsAreAnAlarm(t *testing.T) {
	t.Parallel()
	fake := twiliotest.Start(t)
	for token, reason := range map[string]string{"wrong": "20003", "not alphanumeric": "21224"} {
		_, err := client(t, fake.URL, func(o *twilio.Options) { o.AuthToken = token }).Send(t.Context(), message(mobile))
		wantFailure(t, err, courier.Failure{Kind: courier.Alarm, Reason: reason})
	}
}

func TestAGatewayThatHangsIsLeftWhenTheTimeIsOver(t *testing.T) {
	t.Parallel()
	fake := twiliotest.Start(t)
	hang := func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	fake.Do(hang)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	c := client(t, fake.URL, nil)
	_, err := c.Send(ctx, message(mobile))
	wantFailure(t, err, courier.Failure{Kind: courier.Again, Reason: "timeout"})

	fake.Do(hang)
	stopping, stop := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, stop)
	_, err = c.Send(stopping, message(mobile))
	wantFailure(t, err, courier.Failure{Kind: courier.Again, Reason: courier.Stopped})
}

func TestAGatewayThatNobodyRunsIsTriedAgain(t *testing.T) {
	t.Parallel()
	_, err := client(t, "http://127.0.0.1:1", nil).Send(t.Context(), message(mobile))
	wantFailure(t, err, courier.Failure{Kind: courier.Again, Reason: "no-answer"})
}

func TestACallbackIsReadWhereItIsSigned(t *testing.T) {
	t.Parallel()
	reader := twilio.NewCallbacks(twiliotest.AuthToken, callbackURL)
	for status, want := range map[string]courier.Receipt{
		"delivered":   {Provider: twilio.Name, Reference: "SM1", State: courier.Delivered, Reason: "delivered"},
		"undelivered": {Provider: twilio.Name, Reference: "SM1", State: courier.Undelivered, Reason: "30003"},
		"failed":      {Provider: twilio.Name, Reference: "SM1", State: courier.Undelivered, Reason: "30003"},
		"sent":        {}, "queued": {}, "": {},
	} {
		code := ""
		if want.State == courier.Undelivered {
			code = "30003"
		}
		body, signature := twiliotest.Callback(callbackURL, "SM1", status, code)
		got, ended, err := reader.Read(body, signature)
		if err != nil || got != want || ended != (want.State != "") {
			t.Errorf("%q: got %+v, %v, %v", status, got, ended, err)
		}
	}
}

func TestACallbackThatIsForgedIsRefused(t *testing.T) {
	t.Parallel()
	reader := twilio.NewCallbacks(twiliotest.AuthToken, callbackURL)
	body, signature := twiliotest.Callback(callbackURL, "SM1", "delivered", "")
	form, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatal(err)
	}
	other, _ := twiliotest.Callback(callbackURL, "SM2", "delivered", "")
	for name, forged := range map[string]struct {
		body      []byte
		signature string
	}{
		"without a signature":          {body, ""},
		"with another message":         {other, signature},
		"with one parameter more":      {append(body, "&x=1"...), signature},
		"signed for another URL":       {body, twiliotest.Sign(twiliotest.AuthToken, "https://jawort.example/other", form)},
		"signed with another token":    {body, twiliotest.Sign("00", callbackURL, form)},
		"with a query of its own hash": {[]byte("bodySHA256=00"), signature},
		"that is no form":              {[]byte("%zz"), signature},
	} {
		if got, ended, err := reader.Read(forged.body, forged.signature); !errors.Is(err, twilio.ErrSignature) || ended {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

// The example of Twilio's documentation of request signatures.
func TestOurStandInSignsAsTwilioDoes(t *testing.T) {
	t.Parallel()
	form := url.Values{"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"}}
	if got := twiliotest.Sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form); got != "RSOYDt4T1cUTdK1PDd93/VVr8B8=" {
		t.Errorf("got %s", got)
	}
}
