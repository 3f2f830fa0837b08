package store

import (
	"context"
	"fmt"

	"bellwether/internal/automation"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Rules keeps each organisation's rules of automation, all in one item.
type Rules struct{ Table Table }

// Book reads an organisation's rules; without any it is empty, of version 0.
func (s Rules) Book(ctx context.Context, orgID string) (automation.Book, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Rules())
	if fault.Is(err, fault.NotFound) {
		return automation.Book{OrgID: orgID}, nil
	}
	if err != nil {
		return automation.Book{}, fmt.Errorf("read the rules: %w", err)
	}
	b, err := decodeJSON[automation.Book](item)
	b.OrgID, b.Version = orgID, item.Version
	return b, err
}

// BookChange is a changed book with the events that go into its write, and what the audit trail says of it.
type BookChange struct {
	Book    automation.Book
	Events  []event.Raw
	Action  string // "automation.created"; "": no person did it
	Subject string // "rule/<id>"
	Detail  string
}

// Update applies change to the rules as they are now; when somebody else wrote first, it reads again and
// repeats. A change that leaves the version as it is writes nothing.
func (s Rules) Update(ctx context.Context, orgID string, cause event.Cause, change func(automation.Book) (BookChange, error)) (book automation.Book, err error) {
	err = again(func() error {
		if book, err = s.Book(ctx, orgID); err != nil {
			return err
		}
		out, err := change(book)
		if err != nil || out.Book.Version == book.Version {
			return err
		}
		if err := s.write(ctx, book.Version, out, cause); err != nil {
			return err
		}
		book = out.Book
		return nil
	})
	return book, err
}

func (s Rules) write(ctx context.Context, before int64, out BookChange, cause event.Cause) error {
	item, err := jsonItem(Org(out.Book.OrgID).Rules(), out.Book)
	if err != nil {
		return err
	}
	item.Version = out.Book.Version
	if len(out.Book.Rules) > 0 {
		item.Index = RuledOrg(out.Book.OrgID)
	}
	if item.Events, err = encodeEvents(out.Events); err != nil {
		return err
	}
	ops := []Op{Put(item, since(before))}
	if out.Action != "" {
		record, err := auditOps(cause, out.Book.OrgID, out.Action, out.Subject, out.Detail)
		if err != nil {
			return err
		}
		ops = append(ops, record...)
	}
	return s.Table.Write(ctx, versioned(cause.ID+"/rules", out.Book.Version), ops...)
}

// Organisations lists those that have rules, one page of a shard; after is a former next.
func (s Rules) Organisations(ctx context.Context, shard, limit int, after string) (ids []string, next string, err error) {
	page, err := s.Table.Query(ctx, Query{Indexed: true, Partition: RuledOrgs(shard), Limit: limit, After: after, KeysOnly: true})
	if err != nil {
		return nil, "", fmt.Errorf("list organisations with rules: %w", err)
	}
	for _, item := range page.Items {
		ids = append(ids, item.Index.SK)
	}
	return ids, page.Next, nil
}
