"""The import bundle, in the format of Superset 6.1's own exports."""

import io
import uuid
import zipfile
from dataclasses import replace

import yaml

from rapid.dashboards import bundle
from rapid.dashboards.definitions import Chart, Dashboard, Dataset, Filter, Metric, Row

ORDERS = Dataset(
    columns={"day": "date", "country": "varchar", "amount": "double"},
    table="orders",
    time_column="day",
    metrics={"total": Metric("Total", "SUM(amount)", "$,.0f")},
)
BOARD = Dashboard(
    name="sales_orders",
    title="Orders",
    rows=(Row(20, {"total": 4}), Row(10, text="**Hello**")),
    filters=(
        Filter("Period", "time", default="Last month"),
        Filter("Country", "values", "orders", "country", default="NL", depends_on="Period"),
    ),
    charts={"total": Chart("Total", "orders", "big_number_total", {"metric": "total"})},
    datasets={"orders": ORDERS},
)


def test_ids_follow_from_paths_so_that_importing_twice_changes_nothing() -> None:
    first, second = (bundle.build([BOARD], "awsathena+rest://x/y", "lake") for _ in range(2))
    assert first == second
    assert bundle.pack(first) == bundle.pack(second)
    ids = [content["uuid"] for content in first.values() if "uuid" in content]
    assert len(set(ids)) == len(ids) == 5
    assert all(uuid.UUID(i).version == 5 for i in ids)


def test_references_point_at_what_is_in_the_bundle() -> None:
    files = bundle.build([BOARD], "awsathena+rest://x/y", "lake")
    database, dataset = files["databases/athena.yaml"], files["datasets/athena/orders.yaml"]
    chart, board = files["charts/sales_orders/total.yaml"], files["dashboards/sales_orders.yaml"]
    assert dataset["database_uuid"] == database["uuid"]
    assert chart["dataset_uuid"] == dataset["uuid"]
    assert board["position"]["CHART-total"]["meta"]["uuid"] == chart["uuid"]
    assert board["position"]["GRID_ID"]["children"] == ["ROW-1", "ROW-2"]
    assert board["position"]["MARKDOWN-ROW-2"]["meta"]["code"] == "**Hello**"
    assert (dataset["schema"], board["slug"]) == ("lake", "sales-orders")


def test_the_time_filter_reaches_charts_that_say_nothing_of_time() -> None:
    chart = bundle.build([BOARD], "u", "s")["charts/sales_orders/total.yaml"]
    (condition,) = chart["params"]["adhoc_filters"]
    assert (condition["operator"], condition["subject"]) == ("TEMPORAL_RANGE", "day")


def test_filters() -> None:
    board = bundle.build([BOARD], "u", "s")["dashboards/sales_orders.yaml"]
    period, country = board["metadata"]["native_filter_configuration"]
    assert period["defaultDataMask"]["extraFormData"] == {"time_range": "Last month"}
    assert country["cascadeParentIds"] == [period["id"]]
    assert country["targets"] == [
        {"datasetUuid": bundle.identity("sales_orders/datasets/orders"), "column": {"name": "country"}}
    ]
    assert country["defaultDataMask"]["extraFormData"]["filters"] == [{"col": "country", "op": "IN", "val": ["NL"]}]


def test_dates_are_times_to_superset() -> None:
    columns = bundle.build([BOARD], "u", "s")["datasets/athena/orders.yaml"]["columns"]
    assert {c["column_name"]: (c["type"], c["is_dttm"]) for c in columns} == {
        "day": ("DATE", True),
        "country": ("VARCHAR", False),
        "amount": ("DOUBLE", False),
    }


def test_the_archive_has_one_root_folder() -> None:
    files = bundle.build([BOARD], "u", "s")
    with zipfile.ZipFile(io.BytesIO(bundle.pack(files))) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"rapid"}
        assert yaml.safe_load(archive.read("rapid/metadata.yaml")) == {"version": "1.0.0"}


def test_a_phone_gets_the_same_charts_below_each_other() -> None:
    names = ("a", "b", "c", "wide")
    charts = {name: Chart(name, "orders", "big_number_total", {"metric": "total"}) for name in names}
    board = replace(BOARD, charts=charts, rows=(Row(20, {"a": 2, "b": 2, "wide": 6, "c": 2}), Row(10, text="Hello")))
    files = bundle.build([board], "awsathena+rest://x/y", "lake")
    desk, phone = files["dashboards/sales_orders.yaml"], files["dashboards/sales_orders-phone.yaml"]
    assert phone["slug"] == "sales-orders-phone"
    rows = [phone["position"][row]["children"] for row in phone["position"]["GRID_ID"]["children"]]
    assert rows == [["CHART-a", "CHART-b"], ["CHART-c"], ["CHART-wide"], ["MARKDOWN-ROW-4"]]
    widths = {name: phone["position"][f"CHART-{name}"]["meta"]["width"] for name in names}
    assert widths == {"a": 6, "b": 6, "c": 6, "wide": 12}
    for name in names:
        meta = [each["position"][f"CHART-{name}"]["meta"] for each in (desk, phone)]
        assert meta[0]["uuid"] == meta[1]["uuid"]
