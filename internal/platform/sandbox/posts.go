package sandbox

import (
	"slices"
	"strconv"
	"time"
)

// Post is a post that stands on an account.
type Post struct {
	Platform  string    `json:"platform"`
	AccountID string    `json:"accountId"`
	ID        string    `json:"id"`
	Text      string    `json:"text"`
	Link      string    `json:"link,omitempty"`
	Media     []string  `json:"media,omitempty"` // ids of Media
	Key       string    `json:"key,omitempty"`   // by which the platform knows a repeat
	Permalink string    `json:"permalink"`
	At        time.Time `json:"at"`
}

// Medium is an image that a client handed over, or had fetched.
type Medium struct {
	Platform  string    `json:"platform"`
	AccountID string    `json:"accountId"`
	ID        string    `json:"id"`
	URL       string    `json:"url,omitempty"`
	Bytes     int       `json:"bytes,omitempty"`
	Caption   string    `json:"caption,omitempty"`  // Instagram: the text is the container's
	Children  []string  `json:"children,omitempty"` // of a container of several
	Polls     int       `json:"polls,omitempty"`    // how often its state was asked for
	At        time.Time `json:"at"`
}

// Publish puts a post on its account; one with a key that stands there already is answered again, and
// fresh is false. Without an id it gets a number.
func (w *World) Publish(p Post) (post Post, fresh bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, there := range w.state.Posts {
		if p.Key != "" && there.Key == p.Key && there.Platform == p.Platform && there.AccountID == p.AccountID {
			return there, false
		}
	}
	p.At = w.now().UTC()
	if p.ID == "" {
		p.ID = w.number()
	}
	if p.Permalink == "" {
		p.Permalink = "https://" + p.Platform + ".example/" + p.AccountID + "/" + p.ID
	}
	w.state.Posts = append(w.state.Posts, p)
	w.state.Log = append(w.state.Log, Call{At: p.At, Platform: p.Platform, Op: "publish", Value: p.ID + " on " + p.AccountID})
	w.keep()
	return p, true
}

// Posts are what stands on an account, the newest first; accountID "" is all of the platform's.
func (w *World) Posts(platform, accountID string) []Post {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(w.state.Posts), func(p Post) bool {
		return p.Platform != platform || (accountID != "" && p.AccountID != accountID)
	})
	slices.Reverse(list)
	return list
}

// AddMedium keeps an image. Without an id it gets a number.
func (w *World) AddMedium(m Medium) Medium {
	w.mu.Lock()
	defer w.mu.Unlock()
	m.At = w.now().UTC()
	if m.ID == "" {
		m.ID = w.number()
	}
	w.state.Media = append(w.state.Media, m)
	w.keep()
	return m
}

// Medium finds an image and notes that it was asked for.
func (w *World) Medium(platform, id string) (Medium, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.state.Media, func(m Medium) bool { return m.Platform == platform && m.ID == id })
	if i < 0 {
		return Medium{}, false
	}
	w.state.Media[i].Polls++
	return w.state.Media[i], true
}

// number is an id such as platforms give: 17 digits, ascending. The caller holds the lock.
func (w *World) number() string {
	w.state.LastID++
	return strconv.FormatInt(17_000_000_000_000_000+w.state.LastID, 10)
}
