"""The marts: what each one needs of the curated tables, and its SQL (Spark's).

A mart is made as soon as one of its `inputs` has data; inputs without data count as empty.
"""

from dataclasses import dataclass

INPUTS = {
    "costs": "date date, media_source string, campaign string, impressions bigint, clicks bigint, cost double",
    "customers": "customer_id string, name string, country_code string, segment string, created_at timestamp, "
    "updated_at timestamp, acquisition_source string, acquisition_campaign string",
    "deals": "deal_id string, owner string, source string, stage string, amount double, probability double, "
    "created_at timestamp, updated_at timestamp",
    "in_app_events": "event_time timestamp, event_name string, event_revenue_usd double, media_source string, "
    "campaign string, customer_user_id string",
    "installs": "install_time timestamp, media_source string, campaign string",
    "orders": "order_id string, customer_id string, ordered_at timestamp, status string, items bigint, "
    "discount double, total double",
    "service_health": "service string, checked_at timestamp, status string, latency_ms double",
    "web_sessions": "session_id string, customer_id string",
}
"""Curated dataset → the columns that marts use, as DDL. Each is a view for the SQL below."""


@dataclass(frozen=True)
class Mart:
    """One mart: its table's name, the datasets it is made of, and its SQL."""

    name: str
    inputs: tuple[str, ...]
    sql: str


CAMPAIGN_PERFORMANCE = Mart(
    "campaign_performance",
    ("costs", "installs", "in_app_events"),
    """
    WITH facts AS (
        SELECT date AS day, media_source, campaign, impressions, clicks, 0 AS installs, cost, 0D AS revenue,
               0 AS purchases
        FROM costs
        UNION ALL
        SELECT CAST(install_time AS date), media_source, campaign, 0, 0, 1, 0D, 0D, 0 FROM installs
        UNION ALL
        SELECT CAST(event_time AS date), media_source, campaign, 0, 0, 0, 0D, coalesce(event_revenue_usd, 0D),
               IF(event_name = 'af_purchase', 1, 0)
        FROM in_app_events
    ), totals AS (
        SELECT day, media_source, coalesce(nullif(campaign, ''), '(none)') AS campaign,
               CAST(sum(impressions) AS bigint) AS impressions, CAST(sum(clicks) AS bigint) AS clicks,
               CAST(sum(installs) AS bigint) AS installs, round(sum(cost), 4) AS cost,
               round(sum(revenue), 4) AS revenue,
               CAST(sum(purchases) AS bigint) AS purchases
        FROM facts GROUP BY 1, 2, 3
    )
    SELECT *, clicks / nullif(impressions, 0) AS ctr, cost / nullif(clicks, 0) AS cpc,
           cost / nullif(installs, 0) AS cpi, revenue / nullif(cost, 0) AS roas
    FROM totals
    """,
)

DAILY_REVENUE = Mart(
    "daily_revenue",
    ("orders",),
    """
    SELECT CAST(ordered_at AS date) AS day, count(*) AS orders,
           count_if(status = 'completed') AS completed_orders, count_if(status = 'refunded') AS refunded_orders,
           count_if(status = 'cancelled') AS cancelled_orders, count(DISTINCT customer_id) AS customers,
           CAST(sum(IF(status = 'completed', items, 0)) AS bigint) AS items,
           round(sum(IF(status = 'completed', total, 0)), 4) AS revenue,
           round(sum(IF(status = 'refunded', total, 0)), 4) AS refunds,
           round(sum(IF(status = 'completed', coalesce(discount, 0), 0)), 4) AS discounts,
           avg(IF(status = 'completed', total, NULL)) AS average_order_value
    FROM orders GROUP BY 1
    """,
)

CUSTOMER_VALUE = Mart(
    "customer_value",
    ("customers", "orders", "in_app_events", "web_sessions"),
    """
    WITH latest AS (
        SELECT * FROM (
            SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY updated_at DESC) AS place FROM customers
        ) WHERE place = 1
    ), shop AS (
        SELECT customer_id, count(*) AS orders, sum(IF(status = 'completed', total, 0)) AS revenue,
               min(ordered_at) AS first_order_at, max(ordered_at) AS last_order_at
        FROM orders GROUP BY 1
    ), app AS (
        SELECT customer_user_id AS customer_id, sum(event_revenue_usd) AS app_revenue
        FROM in_app_events WHERE customer_user_id <> '' GROUP BY 1
    ), web AS (
        SELECT customer_id, count(*) AS web_sessions FROM web_sessions WHERE customer_id <> '' GROUP BY 1
    ), everyone AS (
        SELECT customer_id FROM latest UNION SELECT customer_id FROM shop UNION SELECT customer_id FROM app
        UNION SELECT customer_id FROM web
    )
    SELECT customer_id, name, country_code, segment, acquisition_source, acquisition_campaign, created_at,
           first_order_at, last_order_at, coalesce(orders, 0) AS orders, round(coalesce(revenue, 0), 4) AS revenue,
           round(coalesce(app_revenue, 0), 4) AS app_revenue,
           round(coalesce(revenue, 0) + coalesce(app_revenue, 0), 4) AS lifetime_value,
           coalesce(web_sessions, 0) AS web_sessions
    FROM everyone LEFT JOIN latest USING (customer_id) LEFT JOIN shop USING (customer_id)
    LEFT JOIN app USING (customer_id) LEFT JOIN web USING (customer_id)
    """,
)

SALES_PIPELINE = Mart(
    "sales_pipeline",
    ("deals",),
    """
    WITH latest AS (
        SELECT * FROM (
            SELECT *, row_number() OVER (PARTITION BY deal_id ORDER BY updated_at DESC) AS place FROM deals
        ) WHERE place = 1
    )
    SELECT stage, owner, source, count(*) AS deals, round(sum(amount), 4) AS amount,
           round(sum(amount * coalesce(probability, 0)), 4) AS weighted_amount,
           avg((unix_timestamp(updated_at) - unix_timestamp(created_at)) / 86400D) AS average_age_days
    FROM latest GROUP BY 1, 2, 3
    """,
)

SERVICE_AVAILABILITY = Mart(
    "service_availability",
    ("service_health",),
    """
    SELECT CAST(checked_at AS date) AS day, service, count(*) AS checks, count_if(status = 'up') AS up,
           count_if(status = 'degraded') AS degraded, count_if(status = 'down') AS down,
           count_if(status <> 'down') / count(*) AS availability, avg(latency_ms) AS average_latency_ms,
           percentile(latency_ms, 0.95) AS p95_latency_ms
    FROM service_health GROUP BY 1, 2
    """,
)

MARTS = (CAMPAIGN_PERFORMANCE, CUSTOMER_VALUE, DAILY_REVENUE, SALES_PIPELINE, SERVICE_AVAILABILITY)
