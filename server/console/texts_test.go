package console

import (
	"testing"

	"github.com/jawort/jawort/server/pages/pagestest"
)

func TestEveryTextIsThereInBothLanguages(t *testing.T) { pagestest.Texts(t, own) }
