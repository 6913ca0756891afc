package fakes

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/jawort/jawort/pushgw/pushtest"
)

// Mood is how a service answers from now on.
type Mood string

// The moods.
const (
	Well      Mood = "well"
	Busy      Mood = "429"
	Broken    Mood = "500"
	Hanging   Mood = "hanging"
	Forgetful Mood = "reset after accept" // delivers, and cuts the connection in place of an answer
)

var reactions = map[Mood]pushtest.Reaction{
	Well:      pushtest.Accept(),
	Busy:      pushtest.Refuse(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED").After("1"),
	Broken:    pushtest.Refuse(http.StatusInternalServerError, "INTERNAL"),
	Hanging:   pushtest.Silent(),
	Forgetful: pushtest.AcceptAndCut(),
}

func (s services) stage(provider string) (*pushtest.Stage, bool) {
	stage, ok := map[string]*pushtest.Stage{FCM: s.fcm.Stage, APNs: s.apns.Stage, Huawei: s.huawei.Stage, WebPush: s.webpush.Stage}[provider]
	return stage, ok
}

// feel changes how a service answers.
func (s services) feel(provider string, m Mood) error {
	stage, known := s.stage(provider)
	reaction, possible := reactions[m]
	if !known || !possible {
		return fmt.Errorf("fakes: %q of %q: there is no such service, or it has no such mood", m, provider)
	}
	stage.Standard(reaction)
	return nil
}

// Feel changes how a service answers, and returns when it does.
func (p *Process) Feel(ctx context.Context, provider string, m Mood) error {
	p.asking.Lock()
	defer p.asking.Unlock()
	b, err := json.Marshal(asked{Provider: provider, Mood: m})
	if err != nil {
		return fmt.Errorf("fakes: %w", err)
	}
	if _, err := p.in.Write(append(b, '\n')); err != nil {
		return errEnded
	}
	_, err = p.await(ctx)
	return err
}
