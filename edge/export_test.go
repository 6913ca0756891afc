package edge

import "time"

// Hurry gives bodies another time to arrive.
func (m *Mux) Hurry(bodyTime time.Duration) { m.bodyTime = bodyTime }
