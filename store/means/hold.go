package means

// ChangedAt is the value that phone_changed_at or email_changed_at takes when the column (phone or email) becomes the value: now,
// unless nothing was there to be protected. That is so only while the account never had a number or address, nor, by own, anything
// to confirm with. What once was counts like what is: after a reset, or by way of an empty record, a corrected number would
// otherwise confirm at once, and a hold that runs could be ended by changing the number back.
func ChangedAt(column, value, own string) string {
	at := column + `_changed_at`
	return `CASE WHEN ` + column + ` = ` + value + ` THEN ` + at + `
		WHEN ` + column + ` <> '' OR ` + at + ` > 0 OR had_means OR ` + own + ` THEN jawort_now() ELSE 0 END`
}

// Remember is the statement by which the account $1 is known to have had something to confirm with, before that ends.
var Remember = `UPDATE accounts SET had_means = TRUE WHERE id = $1 AND NOT had_means AND ` + Own("$1")
