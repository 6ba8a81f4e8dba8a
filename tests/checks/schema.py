"""The schema of scenario files beside the loader; see the script `schema`."""
import glob
import json
import os
import subprocess
import sys

from jsonschema import Draft7Validator

program, root = sys.argv[1:3]
# A folder of files, and who lets them pass: the schema, the loader.
FOLDERS = [
    ("tests/unit/scenarios/good", True, True),
    ("tests/unit/scenarios/bad", False, False),
    ("tests/unit/scenarios/loader-only", True, False),
    ("scenarios", True, True),
]


def schema(name):
    loaded = json.loads(subprocess.run([program, "schema", name], check=True, stdout=subprocess.PIPE).stdout)
    Draft7Validator.check_schema(loaded)
    return Draft7Validator(loaded)


def files_of(folder):
    return [path for path in sorted(glob.glob(os.path.join(root, folder, "*.json"))) if not path.endswith(".schema.json")]


def why_not(validator, path):
    try:
        with open(path, encoding="utf-8") as file:
            errors = list(validator.iter_errors(json.load(file)))
    except ValueError as error:
        return str(error)
    return errors[0].message[:200] if errors else ""


def loaders_words(paths):
    """What `check` says of each file, nothing of one that passes."""
    said = subprocess.run([program, "check", "--format", "json", *paths], check=False, stdout=subprocess.PIPE)
    words = {}
    for file in json.loads(said.stdout)["files"]:
        words[file["file"]] = "; ".join(e["message"] for e in file["errors"])
    return words


def closed(node, path=""):
    """The objects of a schema that let unknown keys pass."""
    if isinstance(node, dict):
        if "properties" in node and "type" in node and "additionalProperties" not in node:
            yield path
        for key, value in node.items():
            yield from closed(value, path + "/" + key)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from closed(value, "%s/%d" % (path, index))


def properties(node, path=""):
    """Every property of a schema, those of conditions aside."""
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            yield "%s/%s" % (path, key), value
        for key, value in node.items():
            if key not in ("if", "not"):
                yield from properties(value, path + "/" + key)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from properties(value, "%s/%d" % (path, index))


def unhelpful(schema):
    """Properties that an editor cannot explain, and examples that are none."""
    for path, value in properties(schema):
        if value is True or not value.get("description"):
            yield "%s has no description" % path
            continue
        samples = value.get("examples", []) + ([value["default"]] if "default" in value else [])
        if "const" not in value and not samples:
            yield "%s has no default and no example" % path
        for sample in samples:
            for error in Draft7Validator({**value, "definitions": schema["definitions"]}).iter_errors(sample):
                yield "%s: %s: %s" % (path, json.dumps(sample), error.message[:200])


def ignored(node, path=""):
    """What stands beside a $ref: draft-07 ignores it."""
    if isinstance(node, dict):
        if "$ref" in node and len(node) > 1:
            yield "%s has other keys beside its $ref" % path
        for key, value in node.items():
            yield from ignored(value, path + "/" + key)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from ignored(value, "%s/%d" % (path, index))


def compare(validator, folder, by_schema, by_loader):
    paths = files_of(folder)
    words = loaders_words(paths)
    for path in paths:
        for who, passes, why in (
            ("the schema", by_schema, why_not(validator, path)),
            ("the loader", by_loader, words[path]),
        ):
            if passes and why:
                yield "%s: %s refuses it: %s" % (path, who, why)
            if not passes and not why:
                yield "%s: %s lets it pass" % (path, who)
    if not paths:
        yield "%s: no files" % folder


def main():
    scenario, fixture = schema("scenario"), schema("fixture")
    wrong = ["the schema leaves %s open" % path for path in closed(scenario.schema)]
    for checked in (scenario.schema, fixture.schema):
        wrong += unhelpful(checked)
        wrong += ignored(checked)
    for row in FOLDERS:
        wrong += compare(scenario, *row)
    for path in files_of("fixtures"):
        why = why_not(fixture, path)
        wrong += ["%s: the schema refuses it: %s" % (path, why)] if why else []
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main())
