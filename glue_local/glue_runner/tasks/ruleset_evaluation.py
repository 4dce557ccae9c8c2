"""StartDataQualityRulesetEvaluationRun: rulesets on a catalog table.

--task: {"source": DataSource, "others": {alias: DataSource}, "rulesets": {name: DQDL}, "options":
AdditionalRunOptions}. Reports a DataQualityResult for each ruleset.
"""

import json
import sys

from awsglue.utils import getResolvedOptions
from awsgluedq import publishing
from awsgluedq.evaluation import Evaluation
from glue_runner.tasks.tables import read, table_of


def main() -> None:
    task = json.loads(getResolvedOptions(sys.argv, ["task"])["task"])
    df = read(task["source"])
    others = {alias: read(source) for alias, source in task["others"].items()}
    if len(task["rulesets"]) > 1:
        df = df.persist()
    table, options = table_of(task["source"]), task["options"]
    where = {
        "catalogId": table.get("CatalogId", ""),
        "databaseName": table["DatabaseName"],
        "tableName": table["TableName"],
    }
    for name, ruleset in task["rulesets"].items():
        evaluation = Evaluation(df, ruleset, others)
        evaluation.outcomes(rows=False)
        result = {**publishing.result(evaluation), "RulesetName": name, "DataSource": task["source"]}
        if publishing.deliver:
            publishing.deliver(result)
        if options.get("CloudWatchMetricsEnabled"):
            dimensions = {"DatabaseName": table["DatabaseName"], "TableName": table["TableName"], "RulesetName": name}
            publishing.put_metrics(result, [{"Name": key, "Value": value} for key, value in dimensions.items()])
        if options.get("ResultsS3Prefix"):
            publishing.write(result, options["ResultsS3Prefix"], where)
        print(f"{name}: score {result['Score']:.2f}")  # noqa: T201 - the run's log


if __name__ == "__main__":
    main()
