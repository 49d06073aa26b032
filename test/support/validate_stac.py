"""validate_stac.py FOLDER...: each folder's collection.json and items.ndjson against STAC 1.0, offline.

The specification's own JSON Schemas come with pystac, the typed reading with stac-pydantic. The schemas of extensions
are on the network only; what they ask of these items is asserted below. Any fault raises.
"""

import json
import pathlib
import sys

from pystac.validation.local_validator import LocalValidator
from shapely.geometry import box, shape
from stac_pydantic import Collection, Item

local = LocalValidator()
item_schema = local.item_validator("1.0.0")
collection_schema = local.collection_validator("1.0.0")


def refuse_errors(errors, name):
    found = [f"{name}: {error.json_path}: {error.message}" for error in errors]
    if found:
        raise SystemExit("\n".join(found))


def check_item(item, collection):
    Item.model_validate(item)
    refuse_errors(item_schema.iter_errors(item), item["id"])
    properties = item["properties"]
    footprint = shape(item["geometry"])
    assert footprint.is_valid and footprint.exterior.is_ccw, item["id"]
    assert footprint.bounds == tuple(item["bbox"]), item["id"]
    assert box(*collection["extent"]["spatial"]["bbox"][0]).covers(footprint), item["id"]
    first, last = collection["extent"]["temporal"]["interval"][0]
    assert first <= properties["datetime"] <= last, item["id"]
    prefixes = {name.split(":")[0] for name in properties if ":" in name}
    declared = {uri.split("/")[3] for uri in item["stac_extensions"]}
    names = {"proj": "projection", "s2": "sentinel-2"}
    assert {names.get(prefix, prefix) for prefix in prefixes} == declared, item["id"]
    assert 0 <= properties["eo:cloud_cover"] <= 100, item["id"]
    assert 0 <= properties["view:sun_azimuth"] <= 360, item["id"]
    assert -90 <= properties["view:sun_elevation"] <= 90, item["id"]
    assert 0 <= properties["view:off_nadir"] <= 90, item["id"]
    assert set(item["assets"]) == set(collection["item_assets"]), item["id"]


for folder in map(pathlib.Path, sys.argv[1:]):
    collection = json.loads((folder / "collection.json").read_text())
    Collection.model_validate(collection)
    refuse_errors(collection_schema.iter_errors(collection), "collection")
    items = [json.loads(line) for line in (folder / "items.ndjson").read_text().splitlines()]
    assert len({item["id"] for item in items}) == len(items)
    for item in items:
        check_item(item, collection)
    print(len(items), "items")
