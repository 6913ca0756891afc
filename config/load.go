package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// Load reads the file at path, then the variables JAWORT_… of environ, fills in what follows from them and
// validates the whole. Where path is empty JAWORT_CONFIG may name the file; there need not be one. The error
// names every wrong key, one per line.
func Load(path string, environ []string) (*Config, error) {
	c, err := read(path, environ)
	if err != nil {
		return nil, err
	}
	c.complete()
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return c, nil
}

// KeysKMS reads that one key, for who makes what the whole needs.
func KeysKMS(path string, environ []string) (string, error) {
	c, err := read(path, environ)
	if err != nil {
		return "", err
	}
	return c.KeysKMS, nil
}

func read(path string, environ []string) (*Config, error) {
	c := Default()
	if path == "" {
		path = lookup(environ, fileVariable)
	}
	if path != "" {
		if err := c.readFile(path); err != nil {
			return nil, err
		}
	}
	return c, c.readEnvironment(environ)
}

func (c *Config) readFile(path string) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("config: %w; %s or --config names it; start from %s", err, fileVariable, example)
	}
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if err := c.readYAML(data); err != nil {
		return fmt.Errorf("config: %s: %w", path, err)
	}
	return nil
}

func (c *Config) readYAML(data []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		return err
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one document in the file")
	}
	return errors.Join(fill(reflect.ValueOf(c).Elem(), doc.Content[0], "")...)
}

// complete fills in what follows from other keys.
func (c *Config) complete() {
	public, err := parsePublicURL(c.MobileAPI.PublicURL)
	if err != nil {
		return // Validate says so
	}
	if c.MobileAPI.RPID == "" {
		c.MobileAPI.RPID = public.Hostname()
	}
	if len(c.MobileAPI.Origins) == 0 {
		c.MobileAPI.Origins = []string{origin(public)}
	}
}
