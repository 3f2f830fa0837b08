package produce

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/outbound"
	"bellwether/internal/parallel"
	"bellwether/internal/platform"
	"bellwether/internal/post"
)

// lookAhead finds out, before a post is due, what would keep it from going out.
func (p Publisher) lookAhead(ctx context.Context, w Wake) error {
	is, err := p.Posts.Get(ctx, w.OrgID, w.PostID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || is.Status() != post.StatusScheduled || !p.Now().Before(is.PublishAt) {
		return err
	}
	run := &publication{Publisher: p, wake: w, newest: is}
	if run.holder, err = event.NewID(p.Now(), p.Random); err != nil {
		return err
	}
	found := make([][]string, len(is.Targets))
	var calls []func(context.Context) error
	for n, t := range is.Targets {
		if t.State == post.Scheduled {
			calls = append(calls, func(ctx context.Context) (err error) {
				found[n], err = run.foresee(ctx, is, t)
				return err
			})
		}
	}
	if err := parallel.Do(ctx, calls...); err != nil {
		return err
	}
	problems := map[string][]string{}
	for n, t := range is.Targets {
		problems[t.ID] = found[n]
	}
	_, err = run.update(ctx, is, "look-ahead", func(p post.Post) (post.Change, error) {
		if !p.PublishAt.Equal(is.PublishAt) {
			return post.Change{Post: p}, nil // it was moved meanwhile, and is looked at again
		}
		return p.Foreseen(w.Minutes, problems, run.cause("look-ahead"))
	})
	return err
}

// foresee is what stands in the way of one target, for people.
func (r *publication) foresee(ctx context.Context, p post.Post, t post.Target) ([]string, error) {
	with, err := r.reach(ctx, p.OrgID, t)
	if err != nil {
		return nil, err
	}
	if with.blocked != nil && with.account.BlockedUntil.After(p.PublishAt) {
		return []string{with.blocked.Message}, nil
	}
	if e := with.refusal; e != nil {
		switch {
		case e.Class == platform.ClassTransient || e.Class == platform.ClassRateLimited:
			return nil, nil // of the platform today, not of the post
		default:
			return []string{cmp.Or(e.Message, "the account can't be reached") + ": connect it again"}, nil
		}
	}
	var problems []string
	if ends := with.account.GrantEnds; !ends.IsZero() && ends.Before(p.PublishAt) {
		problems = append(problems, fmt.Sprintf("the sign-in at %s ends on %s: connect the account again", t.Platform, ends.Format("2 Jan 15:04 UTC")))
	}
	if left, ok, err := r.allowance(ctx, with); err == nil && ok && left <= 0 {
		problems = append(problems, "the account has used up what the platform lets it publish today")
	}
	limits, _ := post.LimitsOf(t.Platform)
	for _, m := range p.ContentFor(t).Media {
		if _, problem := imageFor(ctx, r.Images, limits, m); problem != "" {
			problems = append(problems, problem)
		}
	}
	return problems, nil
}

func (r *publication) allowance(ctx context.Context, with reach) (left int, ok bool, err error) {
	err = r.again(ctx, &with, func(c platform.Call) (err error) {
		left, ok, err = with.connector.Allowance(ctx, c)
		return err
	})
	return left, ok, err
}

// imageFor fetches an image; problem says why the platform would not take it.
func imageFor(ctx context.Context, images Images, limits post.Limits, m post.Media) (image outbound.Fetched, problem string) {
	image, err := images.Fetch(ctx, m.URL, limits.Bytes)
	if err != nil {
		return image, err.Error()
	}
	if !slices.Contains(limits.Types, image.Type) {
		return image, fmt.Sprintf("the image is %s; %s takes %s", image.Type, limits.Name, strings.Join(limits.Types, ", "))
	}
	return image, ""
}
