package phone

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Terminal puts a phone before a person: text in, text out. Reading In goes on until In ends, also after Run has
// returned, since a read from a terminal cannot be called back.
type Terminal struct {
	Phone     *Phone
	In        io.Reader
	Out       io.Writer
	Now       func() time.Time // nil: time.Now
	Enrolling string           // the command that registers the phone, for who has to do it again; may be empty

	lines chan string
}

func (t *Terminal) now() time.Time {
	if t.Now == nil {
		return time.Now()
	}
	return t.Now()
}

func (t *Terminal) say(format string, args ...any) { fmt.Fprintf(t.Out, format, args...) }

// read delivers the lines of In, and closes the channel where In ends.
func (t *Terminal) read() <-chan string {
	if t.lines != nil {
		return t.lines
	}
	t.lines = make(chan string)
	go func() {
		defer close(t.lines)
		for s := bufio.NewScanner(t.In); s.Scan(); {
			t.lines <- strings.TrimSpace(s.Text())
		}
	}()
	return t.lines
}

// errInput says that nobody types any more.
var errInput = errors.New("phone: the input has ended")

func (t *Terminal) ask(ctx context.Context, prompt string) (string, error) {
	t.say("%s", prompt)
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case line, ok := <-t.read():
		if !ok {
			return "", errInput
		}
		return line, nil
	}
}

// Enrol registers the phone by a link, and shows the digits that prove who asked for it. An empty holder is asked for.
func (t *Terminal) Enrol(ctx context.Context, link, holder, label string, push *PushAddress) error {
	if _, _, err := splitLink(link); err != nil {
		return err
	}
	for holder == "" {
		var err error
		if holder, err = t.ask(ctx, "Who holds this phone? Your name: "); err != nil {
			return err
		}
	}
	if label == "" {
		label = holder + "'s phone"
	}
	d, digits, err := t.Phone.enrol(ctx, enrolling{link: link, holder: holder, label: label, push: push, ask: t.askCode})
	if err != nil {
		return explained(err, link)
	}
	t.say("\nThis phone is registered for %s at %s, held by %s.\n", clean(d.Account), clean(d.Tenant), clean(holder))
	t.say("\nOne step is left. Type these six digits on the page that showed you the link:\n\n%s\n    %s %s\n\n", large(digits), digits[:len(digits)/2], digits[len(digits)/2:])
	t.say("Until then this phone can approve nothing. If you did not ask for a link yourself, stop here.\n")
	return nil
}

// askCode asks for the code that proves whose phone this is.
func (t *Terminal) askCode(ctx context.Context, sent CodeSent, wrong error) (string, error) {
	var e *Error
	switch {
	case errors.As(wrong, &e) && e.Code == CodeWrongCode:
		t.say("That is not the code. Tries left: %d.\n", e.AttemptsLeft)
	case wrong != nil:
		t.say("%s\n", clean(explained(wrong, "").Error()))
	}
	return t.ask(ctx, "Type the code that was sent to "+clean(sent.Address)+" (Enter: send another one) > ")
}
