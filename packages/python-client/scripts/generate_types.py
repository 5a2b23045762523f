"""Writes the types of the contract.

python scripts/generate_types.py <folder of JSON Schemas> [folder for the modules]
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent.parent / "src" / "jambus" / "contract"
MODULES = {"event": "event", "command": "command", "result": "result"}
OPTIONS = [
    "--input-file-type=jsonschema",
    "--output-model-type=typing.TypedDict",
    # Type checkers do not know closed ones yet, and neither does Python 3.10.
    "--no-use-closed-typed-dict",
    "--use-title-as-name",
    "--use-union-operator",
    "--target-python-version=3.10",
    "--disable-timestamp",
    # Given, so that no settings of the folder that it is run in are taken.
    "--formatters=builtin",
    "--ignore-pyproject",
]


def main(schemas: Path, folder: Path = HERE) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for schema, module in MODULES.items():
        files = ["--input", str(schemas / f"{schema}.schema.json"), "--output", str(folder / f"{module}.py")]
        subprocess.run([sys.executable, "-W", "ignore", "-m", "datamodel_code_generator", *OPTIONS, *files], check=True)


main(*(Path(argument) for argument in sys.argv[1:3]))
