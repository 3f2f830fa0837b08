package linkedin

import (
	"context"
	"net/url"
	"strings"

	"bellwether/internal/platform"
)

// share is a post as it is made.
type share struct {
	Author       string       `json:"author"`
	Commentary   string       `json:"commentary"` // little text
	Visibility   string       `json:"visibility"`
	Distribution distribution `json:"distribution"`
	Content      *content     `json:"content,omitempty"`
	State        string       `json:"lifecycleState"`
	NoReshares   bool         `json:"isReshareDisabledByAuthor"`
}

type distribution struct {
	Feed     string   `json:"feedDistribution"`
	Targets  []string `json:"targetEntities"`
	Channels []string `json:"thirdPartyDistributionChannels"`
}

// content is what stands below the text: an image or a link.
type content struct {
	Media   *media   `json:"media,omitempty"`
	Article *article `json:"article,omitempty"`
}

type media struct {
	ID  string `json:"id"`
	Alt string `json:"altText,omitempty"`
}

// Publish implements platform.Publisher. LinkedIn tells the post's id in a header, and nothing else.
func (k *Pages) Publish(ctx context.Context, c platform.Call, p platform.Publication, m platform.Prepared) (platform.Published, error) {
	const op = "publish"
	if _, err := k.author(op, c.Account); err != nil {
		return platform.Published{}, err
	}
	if len(m.IDs) != len(p.Media) || len(m.IDs) > 1 {
		return platform.Published{}, k.invalid(op, "media", "the image was not handed over")
	}
	r, err := platform.PostJSON(k.endpoint.BaseURL+"/posts", share{
		Author: c.Account.ID, Commentary: little(commentary(p)), Visibility: "PUBLIC",
		Distribution: distribution{Feed: "MAIN_FEED", Targets: []string{}, Channels: []string{}},
		Content:      below(p, m), State: "PUBLISHED",
	})
	if err != nil {
		return platform.Published{}, k.invalid(op, "", "the request can't be written")
	}
	answer, err := k.ask(ctx, op, c, r)
	if err != nil {
		return platform.Published{}, err
	}
	id := answer.Header.Get("X-Restli-Id")
	if !postURN.MatchString(id) {
		return platform.Published{}, k.malformed(op, "the answer has no id")
	}
	return platform.Published{ID: id, Permalink: permalink(k.endpoint.AuthURL, id)}, nil
}

// commentary is the post's text. One with an image shows no link apart, so that it stands in the text.
func commentary(p platform.Publication) string {
	if p.Link == "" || len(p.Media) == 0 {
		return p.Text
	}
	return strings.TrimSpace(p.Text + "\n" + p.Link)
}

// below is what stands below the text, nil for nothing.
func below(p platform.Publication, m platform.Prepared) *content {
	switch {
	case len(m.IDs) > 0:
		return &content{Media: &media{m.IDs[0], p.Media[0].Alt}}
	case p.Link != "":
		title := p.Link
		if u, err := url.Parse(p.Link); err == nil && u.Host != "" {
			title = strings.TrimPrefix(u.Hostname(), "www.")
		}
		return &content{Article: &article{p.Link, title}}
	}
	return nil
}
