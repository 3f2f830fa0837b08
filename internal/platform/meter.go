package platform

import "sync"

// Meter counts the calls of a run and keeps what the platform last said about its quota. It is safe
// for concurrent use; a nil Meter counts nothing.
type Meter struct {
	mu      sync.Mutex
	calls   int
	percent int
}

// Called counts one request.
func (m *Meter) Called() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
}

// Used notes how much of the quota is used, in percent: the highest figure that a header gave.
func (m *Meter) Used(percent int) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.percent = percent
}

// Calls is how many requests were made.
func (m *Meter) Calls() int {
	if m == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls
}

// Percent is how much of the quota was used as of the last answer that told; 0 when none did.
func (m *Meter) Percent() int {
	if m == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.percent
}
