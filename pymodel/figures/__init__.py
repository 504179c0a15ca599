"""Published figures beside what their formulas give: `python -m pymodel.figures`."""
