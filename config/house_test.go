package config_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/jawort/jawort/config"
)

type compose struct {
	Services map[string]service `yaml:"services"`
	Secrets  map[string]struct {
		File string `yaml:"file"`
	} `yaml:"secrets"`
	Networks map[string]struct {
		Internal bool `yaml:"internal"`
	} `yaml:"networks"`
}

type service struct {
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
	Secrets     []string          `yaml:"secrets"`
	Ports       []string          `yaml:"ports"`
	Networks    []string          `yaml:"networks"`
	User        string            `yaml:"user"`
	Healthcheck struct {
		Test []string `yaml:"test"`
	} `yaml:"healthcheck"`
	DependsOn map[string]struct {
		Condition string `yaml:"condition"`
	} `yaml:"depends_on"`
}

func readCompose(t *testing.T) compose {
	t.Helper()
	data, err := os.ReadFile("../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var c compose
	if err := yaml.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestComposeRunsTheThreeProcessesAndTheirStoresWithHealthChecks(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	for _, name := range []string{"server", "mobile-api", "pushgw", "redis", "postgres"} {
		s, ok := c.Services[name]
		if !ok || len(s.Healthcheck.Test) == 0 {
			t.Errorf("%s is missing or has no health check", name)
		}
		for other, on := range s.DependsOn {
			if on.Condition != "service_healthy" || len(c.Services[other].Healthcheck.Test) == 0 {
				t.Errorf("%s does not wait for a healthy %s", name, other)
			}
		}
	}
	for _, name := range []string{"server", "mobile-api", "pushgw"} {
		s := c.Services[name]
		if !slices.Equal(s.Command, []string{"serve", name}) || !slices.Equal(s.Healthcheck.Test, []string{"CMD", "/jawort", "healthcheck"}) {
			t.Errorf("%s runs %v, checked by %v", name, s.Command, s.Healthcheck.Test)
		}
		if len(s.DependsOn) == 0 || strings.HasPrefix(s.User, "0") || s.User == "" {
			t.Errorf("%s waits for %v and runs as %q", name, s.DependsOn, s.User)
		}
	}
	if !strings.Contains(strings.Join(c.Services["redis"].Command, " "), "--maxmemory-policy noeviction") {
		t.Error("redis may evict what is pending")
	}
}

func TestComposeTakesSecretsFromFilesThatItDeclares(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	used := map[string]bool{}
	for name, s := range c.Services {
		for _, secret := range s.Secrets {
			used[secret] = true
			if c.Secrets[secret].File == "" {
				t.Errorf("%s uses the secret %s, which has no file", name, secret)
			}
		}
		for variable, value := range s.Environment {
			if secret, ok := strings.CutPrefix(value, "/run/secrets/"); ok && !slices.Contains(s.Secrets, secret) {
				t.Errorf("%s: %s names a secret that it does not have", name, variable)
			}
			if strings.Contains(strings.ToLower(variable), "password") && !strings.HasSuffix(variable, "_FILE") {
				t.Errorf("%s: %s is a password in the environment", name, variable)
			}
		}
	}
	for secret := range c.Secrets {
		if !used[secret] {
			t.Errorf("nobody uses the secret %s", secret)
		}
	}
}

func TestComposePublishesTheTwoFacesOnly(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	published := map[string][]string{"server": {"127.0.0.1:8080:8080"}, "mobile-api": {"127.0.0.1:8081:8081"}}
	for name, s := range c.Services {
		if !slices.Equal(s.Ports, published[name]) {
			t.Errorf("%s publishes %v", name, s.Ports)
		}
	}
	if !c.Networks["stores"].Internal {
		t.Error("the stores' network reaches outside")
	}
	for _, store := range []string{"postgres", "redis"} {
		if !slices.Equal(c.Services[store].Networks, []string{"stores"}) {
			t.Errorf("%s is on %v", store, c.Services[store].Networks)
		}
	}
}

// interpolation is how compose writes a variable with a default.
var interpolation = regexp.MustCompile(`\$\{[A-Z_]+:-([^}]*)\}`)

func TestComposeConfiguresWhatTheConfigurationKnows(t *testing.T) {
	t.Parallel()
	for name, s := range readCompose(t).Services {
		environ := []string{}
		for variable, value := range s.Environment {
			if strings.HasPrefix(variable, "JAWORT_") && !slices.Contains(config.Variables(), variable) {
				t.Errorf("%s: no key is called %s", name, variable)
			}
			environ = append(environ, variable+"="+interpolation.ReplaceAllString(value, "$1"))
		}
		if len(s.Command) == 0 || s.Command[0] != "serve" {
			continue
		}
		for i, entry := range environ { // the secrets' files do not exist here
			entry = strings.Replace(entry, "JAWORT_DATABASE_FILE=/run/secrets/database", "JAWORT_DATABASE=postgres://postgres/jawort", 1)
			environ[i] = strings.Replace(entry, "JAWORT_REDIS_FILE=/run/secrets/redis", "JAWORT_REDIS=redis://redis:6379", 1)
		}
		if _, err := config.Load("", environ); err != nil {
			t.Errorf("%s does not start: %v", name, err)
		}
	}
}

func TestTheImageIsSmallStaticAndWithoutRoot(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	stages := strings.Split("\n"+string(data), "\nFROM ")
	build, final := stages[1], stages[len(stages)-1]
	for _, part := range []string{"CGO_ENABLED=0", "-trimpath", `-ldflags "-s -w"`} {
		if !strings.Contains(build, part) {
			t.Errorf("the build lacks %s", part)
		}
	}
	if !strings.HasPrefix(final, "scratch\n") || strings.Contains(final, "RUN ") {
		t.Error("the image has more in it than the program")
	}
	for _, line := range []string{"USER 65532:65532", `ENTRYPOINT ["/jawort"]`, `CMD ["/jawort", "healthcheck"]`, "ca-certificates.crt"} {
		if !strings.Contains(final, line) {
			t.Errorf("the image lacks %s", line)
		}
	}
}
