"""The screens in a real browser, on a real platform."""
