package bench

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Signatures is what one P-256 signature costs here and now, as processor time and not as time on the wall. It is measured
// while the load runs, so that it can be set against what that costs on a machine that has other things to do.
type Signatures struct {
	Verify, Sign time.Duration // medians
}

const (
	signaturesAtOnce = 10
	signaturePace    = 250 * time.Millisecond
)

// sampler verifies and signs now and then.
type sampler struct {
	key    *ecdsa.PrivateKey
	digest [sha256.Size]byte
	signed []byte

	mu             sync.Mutex
	verifies, sign []time.Duration
}

func newSampler() (*sampler, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("bench: make a key: %w", err)
	}
	s := &sampler{key: key, digest: sha256.Sum256([]byte("jawort bench"))}
	if s.signed, err = ecdsa.SignASN1(rand.Reader, key, s.digest[:]); err != nil {
		return nil, fmt.Errorf("bench: sign: %w", err)
	}
	return s, nil
}

// run samples until ctx ends, and once at least.
func (s *sampler) run(ctx context.Context) {
	pace := time.NewTicker(signaturePace)
	defer pace.Stop()
	for {
		verify := processorTime(func() { ecdsa.VerifyASN1(&s.key.PublicKey, s.digest[:], s.signed) })
		sign := processorTime(func() { _, _ = ecdsa.SignASN1(rand.Reader, s.key, s.digest[:]) })
		s.mu.Lock()
		s.verifies, s.sign = append(s.verifies, verify), append(s.sign, sign)
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
		}
	}
}

func (s *sampler) medians() Signatures {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.verifies)
	slices.Sort(s.sign)
	return Signatures{Verify: nth(s.verifies, 0.5), Sign: nth(s.sign, 0.5)}
}

// processorTime is what doing something once costs, on average of a few times.
func processorTime(do func()) time.Duration {
	return onThread(func() {
		for range signaturesAtOnce {
			do()
		}
	}) / signaturesAtOnce
}
