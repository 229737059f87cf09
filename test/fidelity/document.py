"""A published API document (OpenAPI 3.0): which operation a path is, and whether an answer fits its schema."""

import copy
import json

import jsonschema


class Document:
    def __init__(self, file, prefix):
        """`prefix` is what stands before the document's paths on a site: "" or "/rest"."""
        self.raw = json.loads(file.read_text())
        self.prefix = prefix
        self.tree = {}
        for template in self.raw["paths"]:
            node = self.tree
            for part in template.strip("/").split("/"):
                node = node.setdefault("{}" if part.startswith("{") else part, {})
            node.setdefault("", []).append(template)  # several, when only their parameters' names differ
        self.telling = set()
        self._prepare(self.raw["components"]["schemas"], None)
        self.resolver = jsonschema.RefResolver("", self.raw)
        self.validators = {}

    def _prepare(self, schema, key):
        """`nullable` becomes a type of JSON Schema; members whose text is enumerated are noted."""
        if isinstance(schema, list):
            for item in schema:
                self._prepare(item, key)
        if not isinstance(schema, dict):
            return
        for name, value in schema.items():
            self._prepare(value, name if key == "properties" else key if name in ("items", "allOf", "anyOf") else name)
        if schema.get("nullable") is True:
            if isinstance(schema.get("type"), str):
                schema["type"] = [schema["type"], "null"]
            if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
                schema["enum"].append(None)
        if "anyOf" in schema and "properties" not in schema:
            schema.pop("additionalProperties", None)  # closed without members: nothing would ever fit
        if isinstance(schema.get("enum"), list):
            self.telling.add(key)

    def _match(self, node, parts):
        if not parts:
            return node.get("")
        for step in (parts[0], "{}"):
            if step in node and (found := self._match(node[step], parts[1:])):
                return found
        return None

    def operation(self, method, path):
        """The path's template, or None, and the operation's responses, or None."""
        path = path[len(self.prefix) :] if path.startswith(self.prefix + "/") else path
        for template in self._match(self.tree, path.strip("/").split("/")) or []:
            operation = self.raw["paths"][template].get(method.lower())
            if operation:
                return template, operation["responses"]
        return None, None

    def validator(self, template, method, status):
        """For an answer's body: None when the document says nothing of it."""
        key = template, method, status
        if key not in self.validators:
            responses = self.raw["paths"][template][method.lower()]["responses"]
            response = responses.get(str(status)) or responses.get("default") or {}
            content = response.get("content", {})
            schema = next((v.get("schema") for k, v in content.items() if "json" in k or k == "*/*"), None)
            if schema is not None:
                schema = copy.deepcopy(schema)
                self._prepare(schema, None)
                schema = jsonschema.Draft4Validator(schema, resolver=self.resolver)
            self.validators[key] = schema
        return self.validators[key]

    def declares_array(self, template, method, status):
        validator = self.validator(template, method, status)
        schema = validator.schema if validator else {}
        while "$ref" in schema:
            schema = self.resolver.resolve(schema["$ref"])[1]
        return schema.get("type") == "array"
