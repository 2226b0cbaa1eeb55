"""What the nodes of a JavaScript tree say."""

from collections.abc import Iterator

from tree_sitter import Node


def text(node: Node) -> str:
    """Give the text of a node."""
    return (node.text or b"").decode(errors="replace")


def inside(node: Node) -> str:
    """Give what a string says, or a name."""
    if node.type not in {"string", "template_string"}:
        return text(node)
    return "".join(text(child) for child in node.named_children if child.type != "template_substitution")


def is_literal(node: Node) -> bool:
    """Whether a string stands there as it is."""
    whole = not any(child.type == "template_substitution" for child in node.named_children)
    return node.type in {"string", "template_string"} and whole


def called(node: Node) -> str:
    """Give the bare name of what a call calls."""
    function = node.child_by_field_name("function")
    if function and function.type == "member_expression":
        function = function.child_by_field_name("property")
    return text(function) if function else ""


def arguments(node: Node) -> list[Node]:
    """Give the arguments of a call."""
    given = node.child_by_field_name("arguments")
    return [child for child in given.named_children if child.type != "comment"] if given else []


def result(function: Node) -> Node | None:
    """Give what a function without arguments of interest gives back, if that is one thing."""
    body = function.child_by_field_name("body")
    if body and body.type == "statement_block":
        returns = [child for child in body.named_children if child.type == "return_statement"]
        return returns[-1].named_children[0] if len(returns) == 1 and returns[0].named_children else None
    return body


def bound(statement: Node) -> Iterator[tuple[str, str]]:
    """Give the names that an import binds, each with its name in the other file."""
    for clause in (child for child in statement.named_children if child.type == "import_clause"):
        for part in clause.named_children:
            if part.type == "identifier":
                yield text(part), "default"
            elif part.type == "namespace_import":
                yield text(part.named_children[-1]), "*"
            for one in part.named_children if part.type == "named_imports" else ():
                name, alias = one.child_by_field_name("name"), one.child_by_field_name("alias")
                if name:
                    yield text(alias or name), text(name)
