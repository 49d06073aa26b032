"""check_monitoring.py < RESOURCES: alert policies and dashboards against Google's own messages, and PromQL by its grammar.

RESOURCES is a JSON array of {"address", "type", "values"} of a Terraform state. Each policy and dashboard is read by the
protocol buffers that the APIs are made of: a field, an enumeration's value or a duration that they do not have raises, and
so does what comes back from a dashboard's message otherwise than it went in. Prints, as JSON, which metrics each PromQL
query reads: {address: [{"metric", "labels", "seconds"}]}, `seconds` being how far it looks back.
"""

import json
import sys

import promql_parser
from google.cloud.monitoring_dashboard_v1.types import Dashboard
from google.cloud.monitoring_v3.types import AlertPolicy
from google.protobuf import json_format

# What Terraform has besides, or Google says by itself.
not_sent = {"project", "id", "name", "creation_record", "timeouts", "deletion_policy"}


def shape(values, descriptor):
    """The provider's nested blocks, each a list, as the fields of a message."""
    fields = {}
    for key, value in values.items():
        if value is None or value == [] or value == {}:
            continue
        field = descriptor.fields_by_name.get(key)
        if field is None:
            raise SystemExit(f"{descriptor.full_name} has no {key}")
        message = field.message_type
        if isinstance(value, list) and message is not None and not message.GetOptions().map_entry:
            value = [shape(block, message) for block in value]
            if not field.is_repeated:
                [value] = value
        fields[key] = value
    return fields


def check_policy(values):
    message = AlertPolicy.pb(AlertPolicy())
    sent = {key: value for key, value in values.items() if key not in not_sent}
    json_format.ParseDict(shape(sent, message.DESCRIPTOR), message)
    return [
        reading
        for condition in message.conditions
        if condition.HasField("condition_prometheus_query_language")
        for reading in read_query(condition.condition_prometheus_query_language.query)
    ]


def check_dashboard(values):
    wanted = json.loads(values["dashboard_json"])
    message = Dashboard.pb(Dashboard())
    json_format.ParseDict(wanted, message)
    found = json_format.MessageToDict(message)
    if found != wanted:
        raise SystemExit(f"of {wanted}\nGoogle would have {found}")


def read_query(query):
    """Every selector of a query; one of a moment looks back five minutes."""
    readings = []

    def visit(node):
        if isinstance(node, promql_parser.MatrixSelector):
            add(node.vector_selector, node.range.total_seconds())
        elif isinstance(node, promql_parser.VectorSelector):
            add(node, 300)
        elif isinstance(node, promql_parser.SubqueryExpr):
            raise SystemExit(f"{query}: say how far a subquery looks back")
        else:
            for name in ("lhs", "rhs", "expr", "param"):
                if isinstance(getattr(node, name, None), promql_parser.Expr):
                    visit(getattr(node, name))
            for argument in getattr(node, "args", None) or []:
                visit(argument)

    def add(selector, seconds):
        labels = [matcher.name for matcher in selector.matchers.matchers]
        offset = selector.offset.total_seconds() if selector.offset else 0
        readings.append({"metric": selector.name, "labels": labels, "seconds": seconds + offset})

    visit(promql_parser.parse(query))
    return readings


queries = {}
for resource in json.load(sys.stdin):
    try:
        if resource["type"] == "google_monitoring_alert_policy":
            queries[resource["address"]] = check_policy(resource["values"])
        elif resource["type"] == "google_monitoring_dashboard":
            check_dashboard(resource["values"])
    except (ValueError, json_format.ParseError) as error:
        raise SystemExit(f"{resource['address']}: {error}") from error
json.dump(queries, sys.stdout)
