"""Grafana's dashboards as code: written out as classic JSON in two languages, `python -m deploy.grafana`; a test holds the files to this."""
