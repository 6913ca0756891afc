package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/keys/kms"
)

// loadKeys reads the key file of the configuration, by the KMS where it is under a key of one.
func loadKeys(ctx context.Context, cfg *config.Config) (*keys.Set, error) {
	wrapper, err := kms.Open(ctx, cfg.KeysKMS)
	if err != nil {
		return nil, fmt.Errorf("keys_kms: %w", err)
	}
	return wrapper.Load(ctx, cfg.KeysFile)
}

// secretsFile is a key file under the hands of a command.
type secretsFile struct {
	path    string
	wrapper *keys.Wrapper
	set     *keys.Set
}

func (r *root) withSecrets(cmd *cobra.Command, path string, do func(*secretsFile) error) error {
	wrapper, err := r.wrapper(cmd)
	if err != nil {
		return err
	}
	set, err := wrapper.Load(cmd.Context(), path)
	if err != nil {
		return err
	}
	return do(&secretsFile{path, wrapper, set})
}

// wrapper is what key files are encrypted under, as --kms or the configuration says.
func (r *root) wrapper(cmd *cobra.Command) (*keys.Wrapper, error) {
	return r.wrapperBy(cmd, "kms")
}

// noKMS names a file that is not encrypted.
const noKMS = "none"

func (r *root) wrapperBy(cmd *cobra.Command, flag string) (*keys.Wrapper, error) {
	url, err := cmd.Flags().GetString(flag)
	if err != nil {
		return nil, err
	}
	if url == "" {
		if url, err = config.KeysKMS(r.configPath, os.Environ()); err != nil {
			return nil, err
		}
	}
	if url == noKMS {
		return nil, nil
	}
	return kms.Open(cmd.Context(), url)
}

func (f *secretsFile) replace(ctx context.Context, set *keys.Set) error {
	return f.wrapper.Replace(ctx, set, f.path)
}

// find returns a key by its id or how that begins.
func (f *secretsFile) find(name string) (keys.Key, error) {
	k, err := f.set.Find(name)
	if err != nil {
		return keys.Key{}, fmt.Errorf("%s: %w; see `jawort secrets show %s`", name, err, f.path)
	}
	return k, nil
}

func (r *root) rewrap() *cobra.Command {
	cmd := &cobra.Command{
		Use: "rewrap FILE", Short: "Encrypt the key file anew: by the newest version of the KMS's key, by another key, or for the first time", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			from, err := r.wrapper(cmd)
			if err != nil {
				return err
			}
			to, err := r.wrapperBy(cmd, "to")
			if err != nil {
				return err
			}
			return rewrapped(cmd, args[0], from, to)
		},
	}
	cmd.Flags().String("to", "", "the key to encrypt it under from now on, or none; default: keys_kms of the configuration")
	return withJSON(cmd)[0]
}

func rewrapped(cmd *cobra.Command, path string, from, to *keys.Wrapper) error {
	set, err := from.Load(cmd.Context(), path)
	if err != nil {
		return err
	}
	if err := to.Replace(cmd.Context(), set, path); err != nil {
		return err
	}
	return show(cmd, map[string]string{"file": path, "kms": urlOf(to)}, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "Wrote %s%s. Give it to every process, %s. When all have started with it, destroy copies of the file of before.\n",
			path, encryptedBy(to), configuredBy(to))
		return err
	})
}

func urlOf(w *keys.Wrapper) string {
	if w == nil {
		return ""
	}
	return w.URL
}

func encryptedBy(w *keys.Wrapper) string {
	if w == nil {
		return ", which is not encrypted"
	}
	return ", encrypted by " + w.URL
}

// configuredBy says what the configuration must say of such a file. No secret is in the URL of a key.
func configuredBy(w *keys.Wrapper) string {
	if w == nil {
		return "without keys_kms"
	}
	return "with keys_kms: " + w.URL
}
