package process

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jawort/jawort/attestation"
	"github.com/jawort/jawort/config"
)

// attestation reads the makers' list that the configuration names. A list that is out of date is better than none.
func (p *Process) attestation(ctx context.Context, r config.Requirements) (attestation.Judge, error) {
	demand := attestation.Demand(r.Attestation)
	if r.MetadataFile == "" {
		return attestation.NewJudge(demand, nil), nil
	}
	now := p.options.Now()
	makers, err := attestation.OpenMakers(r.MetadataFile, now)
	if err != nil {
		return attestation.Judge{}, fmt.Errorf("process: mobile_api.requirements.metadata_file: %w", err)
	}
	if now.After(makers.NextUpdate) {
		p.options.Log.WarnContext(ctx, "mobile_api.requirements.metadata_file is out of date: fetch a newer one",
			slog.String("next_update", makers.NextUpdate.Format(time.DateOnly)))
	}
	return attestation.NewJudge(demand, makers), nil
}
