package lasting

import (
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/sealed"
)

// Sealed are the columns of this room that hold sealed bytes.
var Sealed = []sealed.Column{{Table: "installations", Name: "address", Key: []string{"id"}, Purpose: sealed.Always(keys.PushAddress)}}
