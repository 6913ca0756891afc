//go:build !linux

package bench

import "time"

// onThread returns how long do took: there is no better measure here.
func onThread(do func()) time.Duration {
	before := time.Now()
	do()
	return time.Since(before)
}

func ownTime() time.Duration { return 0 }
