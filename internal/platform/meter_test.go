package platform_test

import (
	"sync"
	"testing"

	"bellwether/internal/platform"
)

func TestMeter(t *testing.T) {
	m := new(platform.Meter)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				m.Called()
				m.Used(40)
			}
		})
	}
	all.Wait()
	if m.Calls() != 800 || m.Percent() != 40 {
		t.Errorf("%d calls, %d %%", m.Calls(), m.Percent())
	}
	m.Used(12) // the newest counts: allowances start anew
	if m.Percent() != 12 {
		t.Errorf("%d %%", m.Percent())
	}
}

func TestNobodyCounts(t *testing.T) {
	var m *platform.Meter
	m.Called()
	m.Used(40)
	if m.Calls() != 0 || m.Percent() != 0 {
		t.Errorf("%d calls, %d %%", m.Calls(), m.Percent())
	}
}
