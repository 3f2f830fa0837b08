package jira

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"bellwether/internal/fault"
	"bellwether/internal/ticket"
)

// Nodes of the Atlassian Document Format. Text in them is never read as marks.
type node struct {
	Type    string `json:"type"`
	Version int    `json:"version,omitempty"` // of the whole document
	Text    string `json:"text,omitempty"`
	Marks   []mark `json:"marks,omitempty"`
	Content []node `json:"content,omitempty"`
}

type mark struct {
	Type  string            `json:"type"`
	Attrs map[string]string `json:"attrs,omitempty"`
}

// maxLine keeps a text below the 32,767 characters that a field takes.
const maxLine = 3000

func document(paragraphs ...node) node { return node{Type: "doc", Version: 1, Content: paragraphs} }

func paragraph(text string, marks ...mark) node {
	text = ticket.Cut(text, maxLine)
	if text == "" { // an empty text is not allowed, an empty paragraph is
		return node{Type: "paragraph"}
	}
	return node{Type: "paragraph", Content: []node{{Type: "text", Text: text, Marks: marks}}}
}

// maxLines is how many paragraphs a ticket has.
const maxLines = 8

func draftBody(d ticket.Draft) node {
	var list []node
	for _, line := range d.Lines[:min(len(d.Lines), maxLines)] {
		list = append(list, paragraph(line))
	}
	if d.Link != "" {
		list = append(list, paragraph(d.Link, mark{"link", map[string]string{"href": d.Link}}))
	}
	return document(list...)
}

const (
	pageSize = 100
	maxPages = 10
)

// Comment implements ticket.Tracker. Its last line is a mark: Jira has nothing to name a comment by that it
// would show in its list.
func (t *Tracker) Comment(ctx context.Context, r ticket.Ref, id, text string) error {
	path, err := t.path(r)
	if err != nil {
		return err
	}
	named := "Bellwether " + id
	there, err := t.commented(ctx, path, named)
	if err != nil || there {
		return err
	}
	body := document(paragraph(strings.TrimSpace(text)), paragraph(named, mark{Type: "code"}))
	return t.client.Call(ctx, http.MethodPost, path+"/comment", map[string]any{"body": body}, nil)
}

func (t *Tracker) commented(ctx context.Context, path, named string) (bool, error) {
	want, err := json.Marshal(named)
	if err != nil {
		return false, err
	}
	for page := range maxPages {
		var out struct {
			Total    int `json:"total"`
			Comments []struct {
				Body json.RawMessage `json:"body"`
			} `json:"comments"`
		}
		query := "?orderBy=-created&maxResults=" + strconv.Itoa(pageSize) + "&startAt=" + strconv.Itoa(page*pageSize)
		if err := t.client.Call(ctx, http.MethodGet, path+"/comment"+query, nil, &out); err != nil {
			return false, err
		}
		for _, c := range out.Comments {
			if bytes.Contains(c.Body, want) {
				return true, nil
			}
		}
		if len(out.Comments) == 0 || page*pageSize+len(out.Comments) >= out.Total {
			return false, nil
		}
	}
	return false, fault.New(fault.Permanent, "tracker_too_busy", "the issue has more comments than can be looked through")
}
