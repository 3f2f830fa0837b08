package listen

import (
	"context"

	"bellwether/internal/event"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
)

// recommended tells the campaign's people, quietly, that there is something to recommend.
func (n CampaignStatusChange) recommended(ctx context.Context, e event.Envelope[event.RecommendationCreated]) error {
	c, roster, err := n.read(ctx, e.Meta, e.Data.CampaignID)
	if err != nil {
		return err
	}
	m := notification.RecommendationMessage(e.Data)
	return parallel.Do(ctx, n.tell(indoors(m, e.Meta, roster, audience(roster, c, e.Data.ManagerIDs)))...)
}
