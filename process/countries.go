package process

import (
	"fmt"

	"github.com/jawort/jawort/server/country"
	"github.com/jawort/jawort/server/judge"
)

// countries opens the database of networks; nil where none is named.
func (p *Process) countries() (judge.Countries, error) {
	path := p.options.Config.Countries
	if path == "" {
		return nil, nil
	}
	d, err := country.Open(path)
	if err != nil {
		return nil, fmt.Errorf("countries_file: %w", err)
	}
	p.open = append(p.open, d)
	return d, nil
}
