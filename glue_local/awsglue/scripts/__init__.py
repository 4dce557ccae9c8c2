"""AWS's own programs for crawlers and marketplace connectors; they reach for services that are not here."""
