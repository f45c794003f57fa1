#!/usr/bin/env python3
"""What the program is built from, as CycloneDX 1.5 JSON: every crate that is linked or runs in the build, with version,
checksum and licence, from `cargo metadata` and Cargo.lock. The same bytes for the same Cargo.lock; names no machine.

    .ci/sbom.py > sbom.cdx.json
"""
import json
import pathlib
import subprocess
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = "x86_64-unknown-linux-gnu"
metadata = json.loads(subprocess.run(
    ["cargo", "metadata", "--locked", "--format-version", "1", "--all-features", "--filter-platform", TARGET],
    cwd=ROOT, check=True, capture_output=True, text=True).stdout)
lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
checksums = {(p["name"], p["version"]): p.get("checksum") for p in lock["package"]}
packages = {p["id"]: p for p in metadata["packages"]}
nodes = {n["id"]: n for n in metadata["resolve"]["nodes"]}


def needed(node):
    """Dependencies of a node that are not for tests only."""
    return [d["pkg"] for d in node["deps"] if any(kind["kind"] != "dev" for kind in d["dep_kinds"])]


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


root = metadata["resolve"]["root"]
reached, todo = set(), [root]
while todo:
    one = todo.pop()
    if one not in reached:
        reached.add(one)
        todo += needed(nodes[one])

components = []
for package in sorted((packages[i] for i in reached if i != root), key=lambda p: (p["name"], p["version"])):
    component = {"type": "library", "bom-ref": purl(package), "name": package["name"], "version": package["version"],
                 "purl": purl(package)}
    if package.get("license"):
        component["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if checksums.get((package["name"], package["version"])):
        component["hashes"] = [{"alg": "SHA-256", "content": checksums[package["name"], package["version"]]}]
    components.append(component)
main = packages[root]
print(json.dumps({
    "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
    "metadata": {"component": {"type": "application", "bom-ref": purl(main), "name": main["name"],
                               "version": main["version"], "purl": purl(main)}},
    "components": components,
    "dependencies": [{"ref": purl(packages[i]), "dependsOn": sorted({purl(packages[d]) for d in needed(nodes[i])})}
                     for i in sorted(reached, key=lambda i: (packages[i]["name"], packages[i]["version"]))],
}, indent=1))
