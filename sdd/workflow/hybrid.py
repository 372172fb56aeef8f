"""Splits a run's work: a compiler renders what is mechanical, a language model adds the prose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sdd.changes import digest
from sdd.diagnostics import Diagnostic
from sdd.ports import ReadableFiles
from sdd.workflow.context import Work
from sdd.workflow.manifest import Manifest
from sdd.workflow.orders import Plan, WorkOrder
from sdd.workflow.request import HYBRID, OFFLINE, ImplementRequest
from sdd.workflow.slices import excerpt, kind_of

PROSE = "prose"
NOT_UNDERSTOOD = "not-understood"

# Who builds what a document of a kind says and the compiler does not.
_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "contract": ("repositories", "schemas", "routes", "tests"),
    "schema": ("models", "repositories", "schemas", "tests"),
    "tokens": ("auth", "tests"),
    "behaviour": ("repositories", "routes", "tests"),
    "conventions": ("assembly",),
    "rules": ("assembly",),
}


def prose(unsupported: Sequence[Diagnostic], read: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return what is left to a language model: what does not compile, and what was not understood.

    Args:
        unsupported: What the compiler leaves out.
        read: What reading the documents had to say.
    """
    return (*unsupported, *(item for item in read if item.rule == NOT_UNDERSTOOD))


def remaining(found: Sequence[Diagnostic]) -> Mapping[str, tuple[Diagnostic, ...]]:
    """Return what each order has to add to the compiled files, by order id."""
    shares: dict[str, list[Diagnostic]] = {}
    for diagnostic in found:
        path = diagnostic.span.path if diagnostic.span else ""
        kind = "contract" if diagnostic.route else kind_of(path).name
        for order in _BY_KIND[kind]:
            shares.setdefault(order, []).append(diagnostic)
    return {order: tuple(items) for order, items in shares.items()}


def planned_beside(request: ImplementRequest, manifest: Manifest) -> ImplementRequest:
    """Plan a compiler's run as a hybrid one where a hybrid one has landed.

    Planned alone, the compiler would take what a language model added for a fault of its own
    files. What has to be added anew it cannot: the run then ends before anything is replaced.
    """
    alone = request.planned_for == OFFLINE and not request.overwrite
    return replace(request, recorded=HYBRID) if alone and manifest.compiled else request


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """What the compiler did in a hybrid run, to tell whether the language model is needed.

    Attributes:
        base: The project before the run.
        manifest: Tells what earlier runs wrote from what people did.
        texts: The documents by path.
        prompts: What the language model is told, by order id.
    """

    plan: Plan
    base: ReadableFiles
    manifest: Manifest
    texts: Mapping[str, str]
    prompts: Mapping[str, str]

    def digests(self, work: Work) -> Mapping[str, str]:
        """Return a digest of each order: its compiled files, and what is left to do from what."""
        files = work.overlay(self.base)
        ours = sorted(self.manifest.owned(self.base) | work.writes.keys())
        contents = {path: data for path in ours if (data := files.read(path)) is not None}
        return {order.id: self._digest(order, contents) for order in self.plan.orders}

    def _digest(self, order: WorkOrder, contents: Mapping[PurePosixPath, bytes]) -> str:
        made = [f"{path}\0{digest(data)}" for path, data in contents.items() if order.owns(path)]
        prompt = self.prompts.get(order.id)
        if prompt is not None:
            read = (excerpt(self.texts[item.path], item.lines) for item in order.documents)
            made += [prompt, *read]
        return digest("\0\0".join(made).encode())

    def settled(self, work: Work) -> frozenset[str]:
        """Return the orders whose files landed from the same compilation and still stand there.

        What a language model added to them, or mended, was paid for once.
        """
        return frozenset(
            order.id
            for order in self.plan.orders
            if work.compiled.get(order.id) == self.manifest.compiled.get(order.id, "")
            and all(
                self.base.read(path) is not None
                for path in self.manifest.files()
                if order.owns(path)
            )
        )
