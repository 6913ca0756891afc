package server

import (
	"context"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/hub"
)

// codeStates says how far the codes of approvals got.
type codeStates struct{ codes hub.Codes } // nil: nobody sends any

// of returns how far the newest code of a pending approval got. Without a code, or an activation, an approval closes when its phones cannot
// answer any more: most cost no question.
func (c codeStates) of(ctx context.Context, s ending.Standing) (approval.Code, error) {
	p := s.Pending
	if c.codes == nil || p == nil || !p.ClosesAt.After(p.ExpiresAt) {
		return approval.Code{}, nil
	}
	codes, err := c.codes.Codes(ctx, []string{p.ID})
	return codes[p.ID], err
}
