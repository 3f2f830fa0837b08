package bluesky

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"bellwether/internal/platform"
)

// record is a post.
type record struct {
	Type    string  `json:"$type"`
	Text    string  `json:"text"`
	Created string  `json:"createdAt"`
	Facets  []facet `json:"facets,omitempty"`
	Embed   any     `json:"embed,omitempty"` // images, or a card of a link
}

// facet makes a part of the text a link: no server does by itself. Its place is in bytes of UTF-8.
type facet struct {
	Index struct {
		Start int `json:"byteStart"`
		End   int `json:"byteEnd"`
	} `json:"index"`
	Features []feature `json:"features"`
}

type feature struct {
	Type string `json:"$type"`
	URI  string `json:"uri"`
}

type card struct {
	Type     string `json:"$type"`
	External struct {
		URI         string `json:"uri"`
		Title       string `json:"title"`
		Description string `json:"description"`
	} `json:"external"`
}

type images struct {
	Type   string  `json:"$type"`
	Images []image `json:"images"`
}

type image struct {
	Alt   string          `json:"alt"`
	Image json.RawMessage `json:"image"`
}

const (
	postType  = "app.bsky.feed.post"
	linkType  = "app.bsky.richtext.facet#link"
	cardType  = "app.bsky.embed.external"
	imageType = "app.bsky.embed.images"

	timeFormat = "2006-01-02T15:04:05.000Z"
)

// recordOf is the publication's record. A post has one embed: beside images, the link stands in the text.
func recordOf(p platform.Publication, m platform.Prepared, now time.Time) record {
	r := record{Type: postType, Text: p.Text, Created: now.Format(timeFormat), Facets: links(p.Text)}
	switch {
	case len(m.IDs) > 0:
		all := images{Type: imageType}
		for n, id := range m.IDs {
			all.Images = append(all.Images, image{p.Media[n].Alt, json.RawMessage(id)})
		}
		r.Embed = all
		if p.Link != "" {
			r.Text = strings.TrimLeft(p.Text+"\n", "\n") + short(p.Link)
			r.Facets = append(r.Facets, at(len(r.Text)-len(short(p.Link)), len(r.Text), p.Link))
		}
	case p.Link != "":
		c := card{Type: cardType}
		c.External.URI, c.External.Title = p.Link, p.Link
		r.Embed = c
	}
	return r
}

// at is a link from one byte to before another.
func at(start, end int, uri string) facet {
	f := facet{Features: []feature{{linkType, uri}}}
	f.Index.Start, f.Index.End = start, end
	return f
}

var address = regexp.MustCompile(`\bhttps?://[^\s<>"]+`)

// links are the addresses in the text.
func links(text string) (all []facet) {
	for _, place := range address.FindAllStringIndex(text, -1) {
		uri := bare(text[place[0]:place[1]])
		if u, err := url.Parse(uri); err == nil && u.Host != "" {
			all = append(all, at(place[0], place[0]+len(uri), uri))
		}
	}
	return all
}

// bare is an address without what ends the sentence that it stands in.
func bare(uri string) string {
	for {
		last, size := utf8.DecodeLastRuneInString(uri)
		closing := last == ')' && !strings.Contains(uri, "(")
		if !closing && !strings.ContainsRune(`.,;:!?'’”»…`, last) {
			return uri
		}
		uri = uri[:len(uri)-size]
	}
}

// short is a link as people read it: a post has little room.
func short(link string) string {
	const most = 30
	_, text, _ := strings.Cut(link, "://")
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most-1]) + "…"
	}
	return text
}

// moment is a time as records tell it; zero for what is none.
func moment(text string) time.Time {
	when, _ := time.Parse(time.RFC3339, text)
	return when.UTC()
}
