package receivers

import (
	"testing"

	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages/pagestest"
)

func TestEveryTextIsThereInBothLanguages(t *testing.T) { pagestest.Texts(t, own, console.Texts) }
