"""Pure arithmetic on stored logits: report, curves, intervals. Knows no run and no network."""
