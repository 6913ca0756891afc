package organisation

import "slices"

// listed are the columns of a list of accounts that only tell: Jawort knows them itself, and ReadTable ignores them.
var listed = []string{"devices", "methods", "used", "created_at"}

// ListColumns is the header of the list of all accounts. ReadTable reads such a list again.
var ListColumns = slices.Concat(columns, listed)

// TableColumns are those that ReadTable reads.
func TableColumns() []string { return slices.Clone(columns) }
