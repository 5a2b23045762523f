"""What a client can know of jambus: the AsyncAPI document and the JSON Schemas beside it, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

Node = dict[str, Any]
Headers = dict[str, str]


class Contract:
    """The document, with its references followed."""

    def __init__(self, folder: Path) -> None:
        self.document: Node = yaml.safe_load((folder / "asyncapi.yaml").read_text("utf-8"))
        self._files = {file.name: json.loads(file.read_text("utf-8")) for file in (folder / "schemas").iterdir()}
        for schema in self._files.values():
            Draft202012Validator.check_schema(schema)

    def follow(self, node: Node) -> Node:
        """The node itself, or what it refers to."""
        while "$ref" in node:
            found: Any = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def channel(self, operation: str) -> Node:
        return self.follow(self.document["operations"][operation]["channel"])

    def reply_channel(self, operation: str) -> Node:
        return self.follow(self.document["operations"][operation]["reply"]["channel"])

    def address(self, operation: str, **parameters: str) -> str:
        """Where the operation happens, its parameters filled in; those that a topic does not have are left over."""
        address: str = self.channel(operation)["address"]
        for name, value in parameters.items():
            address = address.replace("{" + name + "}", value)
        return address

    def parameters_in(self, operation: str, address: str) -> dict[str, str]:
        """The values that an address of the operation has for its parameters. The last one may have several tokens."""
        pattern = re.escape(self.channel(operation)["address"]).replace(r"\{", "{").replace(r"\}", "}")
        pattern = re.sub(r"{(\w+)}$", r"(?P<\1>.+)", pattern)
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^.]+)", pattern)
        matched = re.fullmatch(pattern, address)
        if matched is None:
            raise ValueError(f"{address} is no address of {operation}")
        return matched.groupdict()

    def message(self, channel: Node, name: str) -> Node:
        """A message, with what its traits say."""
        message = self.follow(channel["messages"][name])
        traits = [self.follow(trait) for trait in message.get("traits", [])]
        return {key: value for part in [*traits, message] for key, value in part.items()}

    def event(self, channel: Node, cloud_events_type: str) -> Node:
        """The message of the channel that has this type; the one for all others when there is none."""
        for name in channel["messages"]:
            message = self.message(channel, name)
            if message.get("x-cloudevents-type") == cloud_events_type:
                return message
        return self.message(channel, "other")

    def header(self, message: Node, attribute: str) -> str:
        """What the attribute is called among the headers of the message: the names differ in their prefix."""
        for name in self.follow(message["headers"])["properties"]:
            if re.sub(r"^ce[-_]", "", name) == attribute:
                return name
        raise KeyError(attribute)

    def correlation_header(self, message: Node) -> str:
        """The header by which commands and their results belong together."""
        location: str = self.follow(message["correlationId"])["location"]
        return location.removeprefix("$message.header#/")

    def faults(self, message: Node, headers: Headers, payload: Any) -> list[str]:
        """What is wrong with a message, by the schemas of the document."""
        return [
            *self._faults_by(message["headers"], headers),
            *(self._faults_by(message["payload"], payload) if "payload" in message else []),
        ]

    def faults_by_file(self, file: str, value: Any) -> list[str]:
        """What is wrong with a value, by one of the JSON Schemas."""
        return _faults(self._files[file], value)

    def _faults_by(self, schema: Node, value: Any) -> list[str]:
        return _faults({**schema, "components": self.document["components"]}, value)


def _faults(schema: Node, value: Any) -> list[str]:
    errors = Draft202012Validator(schema).iter_errors(value)
    return [f"{error.json_path}: {error.message} in {json.dumps(value)[:300]}" for error in errors]
