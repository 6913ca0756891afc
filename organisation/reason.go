package organisation

import (
	"errors"
	"fmt"
)

// reason is why something in a list cannot be: a sentence in English, and a code by which others say it in other languages.
type reason struct {
	code string
	args []any // which are in the sentence, too
	what string
}

func (r reason) Error() string { return r.what }

func why(code, sentence string, args ...any) reason {
	if len(args) > 0 {
		sentence = fmt.Sprintf(sentence, args...)
	}
	return reason{code, args, sentence}
}

// reasonOf is the reason that an error is. Any other one says that a column does not take what a cell has, whatever it is that it does not take.
func reasonOf(column string, err error) reason {
	var r reason
	if errors.As(err, &r) {
		return r
	}
	_, what := refused(err)
	return reason{code: "cell." + column, what: what}
}
