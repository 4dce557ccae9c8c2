"""Superset, standing for QuickSight, and the dashboards that are imported into it from files.

`start` runs the process, `metadata` its prebuilt database, `definitions` reads and checks `dashboards/`, `bundle` turns
them into Superset's form, `importer` sends them. No alerts, thumbnails or asynchronous queries: they need Celery.
Start reading at `definitions` to write a dashboard, at `start` for how Superset runs.
"""
