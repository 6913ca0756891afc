//go:build !unix

package keys

import (
	"io/fs"
	"os"
)

func owned(*os.File, fs.FileInfo) error { return nil }
