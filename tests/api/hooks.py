"""What schemathesis needs to know of the fictional county, and of parameters that hang together.

Two things cannot stand in a description that is the same for every workspace: which names there are (a source, a layer,
a category), and which values fit each other (`from` before `to`). For generation the first are narrowed to what this server
says it has; the second are mended in cases that are meant to be valid. Cases that are meant to be refused are not touched,
and no answer is.
"""

import hashlib
import json
import os
import time
import urllib.request

import schemathesis

BASE = os.environ["PLACES_URL"]


def told(path):
    with urllib.request.urlopen(BASE + path, timeout=60) as answer:
        return json.load(answer)


SOURCES = told("/api/v1/sources")
LAYERS = told("/api/v1/areas")
LAYER = LAYERS[0]["layer"]
CODES = [area["code"] for area in told(f"/api/v1/areas/{LAYER}")[:3]]
CELLS = [row["cell"] for row in told("/api/v1/count?by=cell:8&top=3")["rows"]]
CLAIMS = [claim["id"] for claim in told("/api/v1/claims")]
WAITING = [item["id"] for item in told("/api/v1/review?limit=20")["items"]]
WEST, SOUTH, EAST, NORTH = LAYERS[0]["bounds"]
BOX = f"{WEST:.2f},{SOUTH:.2f},{EAST:.2f},{NORTH:.2f}"
AREAS = [f"{LAYER}:{code}" for code in CODES]
DAY = "^202[3-6]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$"

# The county's own names, by parameter.
NAMES = {
    "category": SOURCES["categories"][:4],
    "definition": list(told("/api/v1/definitions"))[:3],
    "source": [source["source"] for source in SOURCES["sources"]],
    "calendar": SOURCES["calendars"],
    "harm": ["days"],
    "rate": ["km2", "residents"],
    "layer": [LAYER],
    "area": [LAYER],
    "indicator": ["crime:all", "definition:asb=2", "deprivation_score=0.5"],
    "in": AREAS + [f"cell:{CELLS[0]}", f"ring:2@9:{AREAS[0]}", "box:" + BOX.replace(",", "/")],
    "place": AREAS + [f"cell:{CELLS[0]}"],
    "comparison": ["suggested", "none"] + AREAS,
    "bbox": [BOX],
    "hours": ["15-18", "22-2", "0-24", "9-10"],
    "before": ["2024-Q1", "2024-03", "2024-01-01..2024-07-01"],
    "after": ["2025-Q1", "2025-03", "2025", "2025-01-01..2025-07-01"],
    "by": [f"area:{LAYER}", "cell:8", "cell:9", "month", "week", "weekday", "hour", "category", "source"],
    "code": CODES + CELLS[:1],
    "set": ["cells", f"areas-{LAYER}"],
    "id": CLAIMS,
    "item": WAITING,
}
# Cells of a map may be a resolution; the finest two take an unoptimized program too long to be asked hundreds of times.
RESOLUTIONS = ["7", "8", "9"]
# An empty text in this list is no value: a count by nothing is the total.
NAMES["by"].append("")
# Here names are looked for or passed on, not looked up: any is taken.
ANY_NAME = {
    "/api/v1/review": {"source"},
    "/tiles/{set}.json": {"category", "definition", "source", "calendar", "rate", "cell"},
}
DAYS = {"from", "to", "as_of", "since"}


def narrow(name, schema):
    """Leaves of a schema only what this county has."""
    if "oneOf" in schema:
        for one in schema["oneOf"]:
            narrow(name, one)
    elif schema.get("type") == "array":
        narrow(name, schema["items"])
    elif schema.get("type") == "string":
        if name in DAYS:
            schema.pop("format", None)
            schema["pattern"] = DAY
        else:
            values = NAMES.get(name)
            if name == "cell":
                values = CELLS + (RESOLUTIONS if "7|8" in schema.get("pattern", "") else [])
            if values and "enum" not in schema:
                for key in ("pattern", "minLength", "maxLength"):
                    schema.pop(key, None)
                schema["enum"] = values


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for path, item in raw_schema["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                name = parameter["name"]
                if name == "id" and "/jobs/" in path:
                    parameter["schema"] = {"type": "string", "enum": NAMES["job"]}
                if name == "layer" and path.endswith("/profile"):
                    parameter["schema"] = {"type": "string", "enum": [LAYER, "cell"]}
                if name not in ANY_NAME.get(path, ()):
                    narrow(name, parameter["schema"])
                example(parameter)
    for schema in raw_schema["components"]["schemas"].values():
        for kept in schema.get("oneOf", []):
            inner = kept.get("properties", {}).get("parameters", {})
            for name, one in inner.get("properties", {}).items():
                narrow(name, one)
    decision = raw_schema["components"]["schemas"]["DecisionRequest"]["properties"]
    narrow("item", decision["item"])


def example(parameter):
    """The example of the description, with a name that this county has."""
    schema = parameter["schema"]
    listed = schema.get("type") == "array"
    known = (schema["items"] if listed else schema).get("enum")
    shown = parameter.get("example")
    if known and shown is not None and not set(shown if listed else [shown]) <= set(known):
        parameter["example"] = known[:1] if listed else known[0]


# Jobs that were begun, and one that is done, for the operations on jobs.
def begun(path):
    request = urllib.request.Request(BASE + path, headers={"prefer": "respond-async"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["id"]


NAMES["job"] = [begun("/api/v1/count?by=month"), begun("/api/v1/coverage")]


@schemathesis.hook
def after_call(context, case, response):
    """Whoever begins a job waits for its end: a server takes on no more than it can work off soon."""
    where = (response.headers.get("location") or [""])[0]
    while response.status_code == 202 and "/jobs/" in where:
        if told(where)["state"] in ("done", "failed"):
            return
        time.sleep(0.05)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    path = case.operation.path
    if path.endswith("/profile"):
        fit_place(case.path_parameters)
    if "/tiles/" in path and "{z}" in path:
        fit_tile(case.path_parameters)
    if isinstance(case.query, dict):
        fit(path, case.query)
    if path.endswith("/claims") and isinstance(case.body, dict) and isinstance(case.body.get("parameters"), dict):
        fit(path, case.body["parameters"])


def lot(values):
    """A number that is the same for the same values."""
    return hashlib.sha256(repr(sorted(values.items())).encode()).digest()[0]


def fit_place(place):
    place["layer"] = "cell" if place["code"] in CELLS else LAYER


def fit_tile(address):
    """Every other address is one that lies in the county; the rest are as they came."""
    drawn = lot(address)
    if drawn % 2:
        address.update({"z": 8, "x": 128 + drawn % 3 // 2, "y": 83 + drawn % 5 // 4})


def fit(path, values):
    """Takes away what contradicts the rest, and of every other question the filters that leave nothing to count."""
    if lot(values) % 2:
        for name in ("in", "bbox", "calendar", "weekday", "hours", "category", "definition"):
            values.pop(name, None)
    for first, last in (("from", "to"), ("since", "as_of")):
        if first in values and last in values and str(values[first]) >= str(values[last]):
            del values[last]
    if path.endswith("/briefing") or path.endswith("/claims"):
        # Without a last day the data ends where it ends.
        if "since" in values and "as_of" not in values and str(values["since"]) >= "2026-06-01":
            del values["since"]
    fit_dimensions(path, values)
    cells = values.get("cell")
    if isinstance(cells, list):
        asked = [cell for cell in cells if len(cell) < 3]
        values["cell"] = asked[:1] + [cell for cell in cells if len(cell) > 2]
    if values.get("exposure") == "recorded" and not values.get("category") and not values.get("definition"):
        del values["exposure"]
    comparison = values.get("comparison")
    if isinstance(comparison, list):
        words = [one for one in comparison if ":" not in one]
        values["comparison"] = words[:1] or [one for one in comparison if one != values.get("place")] or ["none"]
    elif comparison is not None and comparison == values.get("place"):
        del values["comparison"]


def fit_dimensions(path, values):
    by, text = values.get("by"), isinstance(values.get("by"), str)
    if text:
        by = by.split(",")
    if isinstance(by, list):
        by = list(dict.fromkeys(by))
        cells = [one for one in by if one.startswith("cell:")]
        kept = [one for one in by if one not in cells[1:]]
        # More dimensions than these are more rows than anybody is given.
        places = [one for one in kept if ":" in one]
        kept = (places + [one for one in kept if ":" not in one])[: 1 + len(places)]
        if path.endswith("/breaks") and not places:
            kept = ["cell:8", *kept]
        by = kept
        values["by"] = ",".join(kept) if text else kept
    places = [one for one in by or [] if ":" in one]
    if path.endswith("/breaks") and "rate" in values:
        values.pop("harm", None)
        places = places[:1]
    if "rate" in values and ("/tiles/" not in path):
        if len(places) != 1:
            del values["rate"]
        elif places[0].startswith("cell:"):
            values["rate"] = "km2"
    elif "rate" in values:
        values["rate"] = "km2"
