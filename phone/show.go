package phone

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

func (s *session) welcome() {
	if file := s.Phone.path; file != "" {
		s.say("This phone keeps its keys in %s\n", clean(file))
	}
	waits := func(l Login) bool { return slices.Contains(s.unconfirmed, l.Device) }
	logins := s.Phone.Logins()
	if active := slices.DeleteFunc(slices.Clone(logins), waits); len(active) > 0 {
		s.say("This phone answers for:\n")
		s.list(active)
	}
	if !slices.ContainsFunc(logins, waits) {
		s.say("Waiting. Ctrl-C ends.\n")
		return
	}
	s.say("Waiting to be confirmed… Ctrl-C ends.\n")
	s.list(slices.DeleteFunc(logins, func(l Login) bool { return !waits(l) }))
}

func (s *session) list(logins []Login) {
	for _, l := range logins {
		s.say("  %s at %s, as %s (%s)\n", clean(l.Account), clean(l.Tenant), clean(l.Holder), clean(l.Label))
	}
}

// remark says once what is wrong with the servers, and again only where it has become something else.
func (s *session) remark(err error) {
	said := ""
	switch {
	case strange(err):
		said = "The server does not know this phone (any more). If it was set up anew, register again: " + or(s.Enrolling, "open a new link")
	case err != nil:
		said = "The server does not answer; trying again."
	}
	if said != "" && said != s.trouble {
		s.say("\n(%s)\n", clean(said))
	}
	s.trouble = said
}

// show puts the question before the person: of a transaction first what is paid to whom, then who asks.
func (s *session) show(i Item) {
	d := i.Document
	s.say("\n%s\n", strings.Repeat("─", 60))
	if d.Kind == "transaction" {
		s.say("Do you approve this TRANSACTION?\n\n")
		s.details(d.Details)
	} else {
		s.say("Is this LOGIN yours?\n\n")
	}
	s.line("Service", fmt.Sprintf("%s, %s", d.Application.Name, d.Tenant.Name))
	s.line("Account", d.Account.Label)
	if d.Browser != (Browser{}) { // what the service itself asks comes from none
		s.line("Browser", fmt.Sprintf("%s on %s", d.Browser.Name, d.Browser.OS))
		s.line("From", place(d.Browser))
	}
	s.line("Since", d.CreatedAt.Local().Format("15:04:05"))
	s.line("Time left", clock(d.ExpiresAt.Sub(s.now())))
	if d.Kind != "transaction" {
		s.details(d.Details)
	}
	if who := s.holder(i); who != "" {
		s.line("Asked", who)
	}
}

func (s *session) details(details []Detail) {
	for _, d := range details {
		mark := ""
		if d.Role != "" {
			mark = "  ◀ " + d.Role
		}
		s.line(d.Label, d.Value+mark)
	}
	if len(details) > 0 {
		s.say("\n")
	}
}

func (s *session) line(label, value string) { s.say("  %-10s %s\n", clean(label), clean(value)) }

// clock shows minutes and seconds, rounded down.
func clock(left time.Duration) string {
	seconds := int(max(left, 0) / time.Second)
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

func place(b Browser) string {
	if b.Country == "" {
		return b.IP
	}
	return b.IP + ", " + b.Country
}

// holder tells several devices of one phone apart.
func (s *session) holder(i Item) string {
	all := s.Phone.Logins()
	for _, l := range all {
		if len(all) > 1 && l.Device == i.Device {
			return fmt.Sprintf("%s (%s)", l.Holder, l.Label)
		}
	}
	return ""
}

func (s *session) choices() {
	s.say("\n[a]pprove  [d]eny, not mine  [r]eport fraud  [l]ater > ")
}

func (s *session) askNumber() {
	s.say("Type the %d digits that the browser shows (Enter: back) > ", s.current.Document.Match.Digits)
}

func thanks(a answered) string {
	switch {
	case a.answer.Status == "pending":
		return "Denied on this phone. The others are still asked."
	case a.decision == Approve:
		return "Approved."
	case a.decision == Report:
		return "Reported as fraud. Change your password."
	default:
		return "Denied."
	}
}

// refusal says for a person what the server said to the phone.
func (s *session) refusal(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return "No answer from the server: " + clean(err.Error())
	}
	switch {
	case e.Code == CodeAlreadyDecided && e.By != "":
		return fmt.Sprintf("Already answered on %q.", clean(e.By))
	case e.Code == CodeAlreadyDecided:
		return "The browser cancelled it or started anew. Nothing to do."
	case e.Code == CodeExpired:
		return "This has expired. Nothing was approved."
	case e.Code == CodeWrongNumber && e.AttemptsLeft > 0:
		return fmt.Sprintf("That is not the number that the browser shows. Tries left: %d.", e.AttemptsLeft)
	case e.Code == CodeWrongNumber:
		return "That was not the number either. This phone may not answer this question any more."
	default:
		return clean(or(e.Detail, e.Error()))
	}
}

// clean shows what could steer a terminal, or reverse or hide text, as what it is.
func clean(s string) string {
	var out strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if unicode.IsPrint(r) && !unicode.Is(unicode.Cf, r) {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, "<U+%04X>", r)
		}
	}
	return out.String()
}
