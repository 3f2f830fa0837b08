package main

import (
	"bytes"
	"strings"
	"testing"

	"bellwether/internal/platform/sandbox"
)

const template = "../../../template.yaml"

func TestDemoAgreesWithTheFile(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), template, sandbox.RealResults, &out, t.Output(), false); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	// When each threshold is reached, as cumulative sums of the file say it.
	for _, want := range []string{
		"27 Aug 22:00  BudgetThresholdReached  80 %: 80.77 % used", "30 Aug 22:00  BudgetThresholdReached  90 %: 97.64 % used",
		"26 Aug 22:00  BudgetThresholdReached  100 %: 102.69 % used", "26 Aug 22:00  CampaignStatusChanged   active -> paused (budget_exhausted)",
		"28 Aug 22:00  BudgetThresholdReached  100 %: 104.07 % used", "01 Sep 06:00  CampaignStatusChanged   paused -> active (period_ended)",
		// 8 alerts and 3 forecasts, each by mail and by SMS.
		"85 results in, 8 alerts, 22 messages sent, 0 dead letters, 0 parked", "All figures agree.",
		"1178 paused on                 2023-08-02           2023-08-02", "Why not campaign 916? insufficient_data",
		"Campaign 916: underspend, high confidence, of 2023-08-01 to 2023-08-29",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\r") {
		t.Error("it drew a bar where there is no terminal")
	}
}

func TestDemoFailsWhereTheFileSaysSomethingElse(t *testing.T) {
	other := bytes.Replace(sandbox.RealResults, []byte(",1.429999948,"), []byte(",1.439999948,"), 1)
	var out bytes.Buffer
	err := run(t.Context(), template, other, &out, t.Output(), false)
	if err == nil || !strings.Contains(out.String(), "DIFFERS") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestProgressBar(t *testing.T) {
	var out strings.Builder
	step := progress(&out, true, 4)
	step(1)
	if !strings.Contains(out.String(), "day  1 of 4 [##########                              ]") {
		t.Errorf("%q", out.String())
	}
}
