package orgs_test

import (
	"testing"

	"bellwether/internal/api"
	"bellwether/internal/tenant"
)

func TestCalendar(t *testing.T) {
	h := newHouse(t)
	ada := h.signIn(t, "ada")
	var c api.WorkCalendar
	header := h.do(t, ada, 200, &c, "GET", "/v1/org/calendar", "")
	if header.Get("ETag") != `"1"` || c.TimeZone != "UTC" || c.From != "09:00" || c.To != "17:00" || len(c.Days) != 5 || len(*c.Holidays) != 0 {
		t.Errorf("default %+v, header %v", c, header)
	}
	const body = `{"timeZone":"Asia/Riyadh","from":"08:30","to":"16:30","days":["sunday","monday"],"holidays":[{"date":"2026-09-23","name":"National Day"}]}`
	h.do(t, ada, 412, nil, "PUT", "/v1/org/calendar", body, "If-Match", `"7"`)
	var set api.WorkCalendar
	for range 2 { // the second time it is that one already
		header = h.do(t, ada, 200, &set, "PUT", "/v1/org/calendar", body)
		if header.Get("ETag") != `"2"` || set.From != "08:30" || set.Days[0] != api.Sunday || (*set.Holidays)[0].Name != "National Day" {
			t.Errorf("set %+v, header %v", set, header)
		}
	}
	office, err := h.tenants.Calendar(t.Context(), ada.OrgID)
	if err != nil || office.Zone.String() != "Asia/Riyadh" || office.From != 510 || office.To != 990 || len(office.Days) != 2 || office.Holidays[0] != "2026-09-23" {
		t.Errorf("as clocks take it %+v, %v", office, err)
	}
	for _, bad := range []string{
		`{}`, `{"timeZone":"Mars","from":"08:30","to":"16:30","days":["monday"]}`, `{"timeZone":"UTC","from":"16:30","to":"08:30","days":["monday"]}`,
		`{"timeZone":"UTC","from":"08:30","to":"16:30","days":["someday"]}`, `{"timeZone":"UTC","from":"08:30","to":"16:30","days":["monday"],"holidays":[{"date":"soon","name":"x"}]}`,
	} {
		h.do(t, ada, 422, nil, "PUT", "/v1/org/calendar", bad)
	}
	bob := h.join(t, ada, "bob", tenant.Manager)
	h.do(t, bob, 403, nil, "PUT", "/v1/org/calendar", body)
	h.do(t, bob, 200, nil, "GET", "/v1/org/calendar", "")
}
