package factor

import "time"

// MaxPasskeys is how many an account may have at the same time.
const MaxPasskeys = 10

// PasskeyLife is how long a challenge waits for the passkey that is made for it.
const PasskeyLife = 10 * time.Minute

// ChallengeSize is how many random bytes a passkey is registered with (WebAuthn Level 3, 13.4.3: at least 16).
const ChallengeSize = 32
