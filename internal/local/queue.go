package local

import (
	"container/heap"
	"slices"
	"sync"
	"time"
)

// queue is the deliveries that wait for a try: a copy in memory of what the file has, less what runs.
type queue struct {
	mu    sync.Mutex
	later byDue                 // not due when last looked at
	ready map[string][]Delivery // by function, oldest first
}

func newQueue() *queue { return &queue{ready: map[string][]Delivery{}} }

func (q *queue) add(deliveries ...Delivery) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, d := range deliveries {
		heap.Push(&q.later, d)
	}
}

// take hands out the oldest delivery that is due, of a function that may run.
func (q *queue) take(now time.Time, mayRun func(function string) bool) (Delivery, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ripen(now)
	oldest, found := "", false
	for function, waiting := range q.ready {
		if mayRun(function) && (!found || waiting[0].ID < q.ready[oldest][0].ID) {
			oldest, found = function, true
		}
	}
	if !found {
		return Delivery{}, false
	}
	waiting := q.ready[oldest]
	d := waiting[0]
	waiting[0] = Delivery{} // its payload may go when it has run
	if q.ready[oldest] = waiting[1:]; len(waiting) == 1 {
		delete(q.ready, oldest)
	}
	return d, true
}

// ripen moves what has become due to the deliveries that may run.
func (q *queue) ripen(now time.Time) {
	for len(q.later) > 0 && !q.later[0].Due.After(now) {
		d := heap.Pop(&q.later).(Delivery)
		q.ready[d.Function] = append(q.ready[d.Function], d)
	}
}

// due reports whether a delivery waits that could run now.
func (q *queue) due(now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ripen(now)
	return len(q.ready) > 0
}

// all is everything that waits, what is due first.
func (q *queue) all() []Delivery {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := append([]Delivery{}, q.later...)
	for _, waiting := range q.ready {
		all = append(all, waiting...)
	}
	slices.SortFunc(all, func(a, b Delivery) int {
		if c := a.Due.Compare(b.Due); c != 0 {
			return c
		}
		return int(a.ID) - int(b.ID)
	})
	return all
}

// byDue is a heap of deliveries, the next one due at its top.
type byDue []Delivery

func (h byDue) Len() int { return len(h) }
func (h byDue) Less(i, j int) bool {
	if h[i].Due.Equal(h[j].Due) {
		return h[i].ID < h[j].ID
	}
	return h[i].Due.Before(h[j].Due)
}
func (h byDue) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *byDue) Push(d any) { *h = append(*h, d.(Delivery)) }

// Pop implements heap.Interface.
func (h *byDue) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
