package local

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jawort/jawort/account"
)

// Trusting is the group whose browsers are trusted for a day. Who is in none is asked at every login.
const Trusting = "trusting"

const organisation = `tenant: {name: Bench}
applications:
  - name: Portal
    origins: ["` + Origin + `"]
groups:
  - name: ` + Trusting + `
    interval: {min: 0, max: 1, default: 1}
`

// furnish makes a tenant, its application and a key, by the program's own commands.
func (s *Stack) furnish(ctx context.Context) error {
	file := filepath.Join(s.dir, "organisation.yaml")
	if err := os.WriteFile(file, []byte(organisation), 0o600); err != nil {
		return fmt.Errorf("local: %w", err)
	}
	if _, err := s.command(ctx, "apply", "-f", file); err != nil {
		return err
	}
	conn, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, `SELECT id, tenant FROM applications`).Scan(&s.Application, &s.Tenant); err != nil {
		return fmt.Errorf("local: application: %w", err)
	}
	answer, err := s.command(ctx, "key", "create", "--application", s.Application, "--scopes", scopes(), "--json")
	if err != nil {
		return err
	}
	var key struct {
		Secret string `json:"secret"`
	}
	if err := json.Unmarshal([]byte(answer), &key); err != nil {
		return fmt.Errorf("local: API key: %w", err)
	}
	s.Key = key.Secret
	return nil
}

func scopes() string {
	all := ""
	for i, scope := range account.Scopes {
		if i > 0 {
			all += ","
		}
		all += string(scope)
	}
	return all
}
