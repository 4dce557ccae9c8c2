"""What a crawler does: finds data, infers its schema, groups it into tables and partitions, writes them to the catalog.

`crawl` runs one crawl; targets give tables (`layout` over S3, `databases`, `dynamodb`, `lakes`); `writer` applies them by
the crawler's policies. Left out: MongoDB targets, sampling by certainty, and the memory of earlier classifications.
Behaviour: https://docs.aws.amazon.com/glue/latest/dg/add-crawler.html and the pages below it (read 2026-11).
"""  # noqa: E501
