package account

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jawort/jawort/refusal"
)

// Posture is what an installation says about its phone. It is hygiene, not evidence: a phone can lie.
type Posture struct {
	Platform      string `json:"platform"` // one of Platforms
	OSVersion     string `json:"os_version"`
	Model         string `json:"model"`
	Language      string `json:"language"` // BCP 47
	ScreenLock    bool   `json:"screen_lock"`
	Notifications bool   `json:"notifications"`
}

// Platforms that an installation may name.
var Platforms = []string{"android", "ios", "web"}

// Requirements are what a phone must fulfil to be enrolled.
type Requirements struct {
	ScreenLock    bool              `json:"screen_lock"`
	Notifications bool              `json:"notifications"`
	MinOS         map[string]string `json:"min_os"` // by platform; absent: any
}

// Refusals of a phone that does not fulfil the requirements.
var (
	ErrScreenLock = refusal.New(refusal.Invalid, "screen-lock-required",
		"This phone has no screen lock. Switch on a PIN, pattern or password in its settings and try again.")
	ErrOSTooOld = refusal.New(refusal.Invalid, "os-too-old",
		"The operating system of this phone is too old. Update it, or use another phone.")
	ErrNotifications = refusal.New(refusal.Invalid, "notifications-off",
		"Notifications are switched off for this app. Allow them in the phone's settings and try again.")
)

// Validate refuses a posture that names an unknown platform or carries text that is not fit to be shown.
func (p Posture) Validate() error {
	if !slices.Contains(Platforms, p.Platform) {
		return refusal.Field("installation.platform", "must be one of "+strings.Join(Platforms, ", "))
	}
	if _, err := parseVersion(p.OSVersion); err != nil {
		return refusal.Field("installation.os_version", "must be numbers separated by dots, e.g. 15.4")
	}
	return checkNames(map[string]string{"installation.model": p.Model, "installation.language": p.Language})
}

// Check returns what the phone lacks, in the order in which it should be mended; empty where it is fit.
func (r Requirements) Check(p Posture) []*refusal.Error {
	var lacks []*refusal.Error
	if least, ok := r.MinOS[p.Platform]; ok && olderThan(p.OSVersion, least) {
		lacks = append(lacks, ErrOSTooOld.With("minimum", least))
	}
	if r.ScreenLock && !p.ScreenLock {
		lacks = append(lacks, ErrScreenLock)
	}
	if r.Notifications && !p.Notifications {
		lacks = append(lacks, ErrNotifications)
	}
	return lacks
}

// Validate names a minimum version that cannot be compared.
func (r Requirements) Validate() error {
	for platform, v := range r.MinOS {
		if !slices.Contains(Platforms, platform) {
			return fmt.Errorf("account: unknown platform %q", platform)
		}
		if _, err := parseVersion(v); err != nil {
			return fmt.Errorf("account: minimum version of %s: %w", platform, err)
		}
	}
	return nil
}

func parseVersion(s string) ([]int, error) {
	if len(s) > 32 {
		return nil, fmt.Errorf("account: version of %d characters", len(s))
	}
	var version []int
	for part := range strings.SplitSeq(s, ".") {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("account: version %q: %w", s, err)
		}
		version = append(version, int(n))
	}
	for len(version) > 0 && version[len(version)-1] == 0 {
		version = version[:len(version)-1] // 15.4 and 15.4.0 are the same
	}
	return version, nil
}

// olderThan treats a version that cannot be read as too old.
func olderThan(have, least string) bool {
	h, err := parseVersion(have)
	if err != nil {
		return true
	}
	l, err := parseVersion(least)
	return err != nil || slices.Compare(h, l) < 0
}
