"""The claims of the published designs as experiments on the model: rows and plots."""
