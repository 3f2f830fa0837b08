package github

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"bellwether/internal/fault"
	"bellwether/internal/ticket"
)

// Marks are comments of HTML at the end of a text: nobody sees them, and texts of ours can't hold another,
// as they have no '<'.
const (
	markOfIncident = "<!-- bellwether:incident:"
	markOfComment  = "<!-- bellwether:comment:"
	markEnd        = " -->"
)

var incidentMark = regexp.MustCompile(`(?m)^` + markOfIncident + `([0-9a-f-]{36})` + markEnd + `\s*$`)

// incidentOf is the incident that an issue's text is marked with, "" for none.
func incidentOf(body string) string {
	all := incidentMark.FindAllStringSubmatch(body, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}

// plain makes Markdown of a text that shows as it stands: names of campaigns are people's, and mustn't
// become links, images or a call to somebody.
func plain(text string) string { return escapes.Replace(oneLine(text)) }

var escapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", "@", "@\u200b", "#", `\#`, `\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "|", `\|`,
)

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// maxBody is a bound of GitHub's, in characters, less than which we write.
const maxBody = 60_000

func draftBody(d ticket.Draft) string {
	var parts []string
	for _, line := range d.Lines {
		parts = append(parts, plain(line))
	}
	if d.Link != "" {
		parts = append(parts, "<"+d.Link+">")
	}
	return ticket.Cut(strings.Join(parts, "\n\n"), maxBody) + "\n\n" + markOfIncident + d.IncidentID + markEnd
}

// Comment implements ticket.Tracker.
func (t *Tracker) Comment(ctx context.Context, r ticket.Ref, id, text string) error {
	path, err := t.path(r)
	if err != nil {
		return err
	}
	mark := markOfComment + id + markEnd
	there, err := t.commented(ctx, path, mark)
	if err != nil || there {
		return err
	}
	body := ticket.Cut(plain(text), maxBody) + "\n\n" + mark
	return t.client.Call(ctx, http.MethodPost, path+"/comments", map[string]string{"body": body}, nil)
}

func (t *Tracker) commented(ctx context.Context, path, mark string) (bool, error) {
	for page := 1; page <= maxPages; page++ {
		var comments []struct {
			Body string `json:"body"`
		}
		query := "?per_page=" + strconv.Itoa(pageSize) + "&page=" + strconv.Itoa(page)
		if err := t.client.Call(ctx, http.MethodGet, path+"/comments"+query, nil, &comments); err != nil {
			return false, err
		}
		for _, c := range comments {
			if strings.HasSuffix(strings.TrimSpace(c.Body), mark) {
				return true, nil
			}
		}
		if len(comments) < pageSize {
			return false, nil
		}
	}
	return false, fault.New(fault.Permanent, "tracker_too_busy", "the issue has more comments than can be looked through")
}
