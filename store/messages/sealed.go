package messages

import (
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/sealed"
)

// Sealed are the columns of this room that hold sealed bytes.
var Sealed = []sealed.Column{{Table: "messages", Name: "sealed", Key: []string{"id"}, Purpose: sealed.Always(keys.Message)}}
