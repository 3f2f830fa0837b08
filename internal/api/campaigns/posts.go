package campaigns

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"bellwether/internal/api"
	"bellwether/internal/api/posts"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/post"
)

// posts are those that are made together with the campaign. The posts of a draft are drafts: they keep
// their time, and nothing happens at it.
func (a API) posts(ctx context.Context, in api.CampaignCreate, spec campaign.Spec, cause event.Cause) ([]post.Change, error) {
	var list []post.Change
	for n, p := range api.Value(api.Value(in.Content).Posts) {
		ch, err := a.post(ctx, n, p, spec, cause)
		if err != nil {
			return nil, err
		}
		list = append(list, ch)
	}
	return list, nil
}

func (a API) post(ctx context.Context, n int, in api.CampaignPost, spec campaign.Spec, cause event.Cause) (post.Change, error) {
	field := fmt.Sprintf("content.posts[%d].", n)
	out := post.Spec{
		ID: event.Derive(cause.ID, "post", strconv.Itoa(n)), OrgID: spec.OrgID, AuthorID: spec.CreatedBy, CampaignID: spec.ID,
		Content: api.PostContentOf(in.Content), TimeZone: spec.TimeZone, Draft: !spec.Activate,
	}
	var err error
	if in.PublishAt != nil {
		if out.PublishAt, err = post.ParseTime(*in.PublishAt, spec.TimeZone); err != nil {
			return post.Change{}, within(field, err)
		}
	}
	if out.Targets, err = posts.Targets(ctx, a.Accounts, spec.OrgID, field, in.Targets); err != nil {
		return post.Change{}, err
	}
	ch, err := post.Create(out, cause)
	return ch, within(field, err)
}

// within names the fields of a refusal as they stand in the request.
func within(field string, err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	named := make([]fault.Field, len(e.Fields))
	for n, f := range e.Fields {
		named[n] = fault.Field{Name: field + f.Name, Message: f.Message}
	}
	return fault.InvalidFields(named...)
}
