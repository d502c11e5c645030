"""The code keeps its shape: which layer may know which, how large things may grow, and what each error is."""

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tasks import cell_errors, errors

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("deployments", "flows", "tasks", "sandbox")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MODULE_LINES_MAX = 200
FUNCTION_LINES_MAX = 45

LEVELS = (
    "tasks/records/",
    "tasks/cell_errors.py tasks/errors.py",
    "tasks/named_function.py",
    "tasks/api/ tasks/api/dialects/",
    "tasks/images/",
    "tasks/signing/",
    "tasks/storage/",
    "tasks/workbooks/",
    "tasks/tables/",
    "tasks/references/",
    "tasks/ledger/",
    "tasks/reconciling/",
    "tasks/rescue/",
    "tasks/inbox/",
    "tasks/receiving/",
    "tasks/callbacks/",
    "tasks/webhooks/",
    "tasks/planning/",
    "tasks/publishing/",
    "tasks/reviewing/",
    "tasks/exporting/",
    "tasks/run_state/",
    "tasks/asking/",
    "tasks/generate_image.py tasks/make_variants.py",
    "tasks/reporting/",
    "tasks/running/",
    "tasks/lane.py tasks/publish_campaign.py",
    "flows/prefect_server/",
    "flows/campaign_run/",
    "flows/review_rounds/",
    "flows/*.py",
    "flows/commands/",
    "deployments/receiver/",
    "deployments/*.py",
)
"""From the bottom up: a folder, or files. A file imports from its own level or below; the map tells of each."""
STORAGE_OF_ITS_BOOKS = {"tasks.storage.storage", "tasks.records.keys", "tasks.errors"}
"""A trial's books lie in the campaign's folder, wherever that is."""
ALLOWED_IN_SANDBOX = {
    "tasks.records.vocabulary",
    "tasks.records.models",
    "tasks.records.offer",
    "tasks.records.sizes",
    "flows.commands.needs",
    *STORAGE_OF_ITS_BOOKS,
}


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), str(path))


def name_of(path: Path) -> str:
    """Relative to the project, with slashes."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Every module that the file names in an import, dotted; for `from a import b`, both a and a.b.

    What a file does as a script, under `if __name__ == "__main__"`, is a command's: it stands above all.
    """
    tree = parsed(path)
    script = {id(node) for part in tree.body if is_script(part) for node in ast.walk(part)}
    for node in (node for node in ast.walk(tree) if id(node) not in script):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_script(node: ast.stmt) -> bool:
    """Whether this is what the file does when it is run by its path."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def imported_files(path: Path) -> Iterator[str]:
    """The project's own files that the file imports."""
    for module in imports(path):
        for dotted in (module, module.rpartition(".")[0]):
            base = ROOT.joinpath(*dotted.split("."))
            found = [file for file in (base.with_suffix(".py"), base / "__init__.py") if dotted and file.exists()]
            if found:
                yield name_of(found[0])
                break


def level_of(file: str) -> int:
    """How high in the design the file stands."""
    folder = file.rpartition("/")[0]
    names = {file, f"{folder}/", f"{folder}/*.py"}
    return next(n for n, places in enumerate(LEVELS) if names & set(places.split()))


def imports_package(path: Path, package: str) -> bool:
    """Whether the file imports anything of a package."""
    return any(module == package or module.startswith(f"{package}.") for module in imports(path))


def test_there_is_something_to_check():
    """The files are found."""
    assert len(FILES) > 50
    assert "tasks/api/ideogram.py" in imported_files(ROOT / "tasks/run_state/toolbox.py")


@pytest.mark.parametrize("path", [path for path in FILES if "sandbox" not in path.parts], ids=name_of)
def test_arrows_point_down(path):
    """A file imports from its own layer and those below it; only flows start the stand-in API."""
    file = name_of(path)
    if file == "tasks/__init__.py":
        assert not list(imports(path))
        return
    for imported in imported_files(path):
        if imported.startswith("sandbox/"):
            assert level_of(file) >= LEVELS.index("flows/prefect_server/"), f"{file} imports {imported}"
        elif imported != "tasks/__init__.py":
            assert level_of(imported) <= level_of(file), f"{file} imports {imported}"


def test_the_map_shows_the_levels():
    """Every room has its line, in the order of the arrows, and every file that the map names is there."""
    text = (ROOT / "flows/README.md").read_text(encoding="utf-8")
    rooms = text.partition("## Rooms")[2].partition("## One cell")[0]
    lines = [re.findall(r"`([^`]+)`", line.split(" | ")[0]) for line in rooms.splitlines() if line.startswith("| `")]
    assert lines == [sorted(places.split()) for places in reversed(LEVELS)]
    named = set(re.findall(r"`((?:tasks|flows|deployments)/[\w/]+(?:\.\w+|/))`", text))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", [path for path in FILES if "sandbox" in path.parts], ids=name_of)
def test_the_sandbox_stands_apart(path):
    """It shares the API's vocabulary with the project, so that it can tell when we are wrong, and how to start."""
    own = {module for module in imports(path) if module.split(".")[0] in {*PACKAGES, "tests"}}
    others = {module for module in own if not module.startswith("sandbox.")}
    assert all(any(module.startswith(allowed) for allowed in ALLOWED_IN_SANDBOX) for module in others), others


WITHOUT_PREFECT = [
    *("tasks/records/", "tasks/errors.py", "tasks/api/", "tasks/images/", "tasks/storage/"),
    "tasks/signing/",
    *("tasks/workbooks/", "tasks/tables/", "tasks/references/"),
    *(
        "tasks/ledger/",
        "tasks/reconciling/",
        "tasks/rescue/",
        "tasks/receiving/",
        "tasks/callbacks/",
        "tasks/planning/",
        "tasks/publishing/",
    ),
    "tasks/reviewing/",
    "tasks/exporting/",
    *("tasks/run_state/", "sandbox/"),
]


@pytest.mark.parametrize("layer", WITHOUT_PREFECT)
def test_what_lies_below_the_run_does_not_know_prefect(layer):
    """Records, rules, the outside world and the stand-in API can be used, and tested, without it."""
    files = [path for path in FILES if name_of(path).startswith(layer)]
    assert files
    assert [name_of(path) for path in files if imports_package(path, "prefect")] == []


WORKAROUNDS = "flows/prefect_server/"
CONTEXT_FIELDS = {"run_results", "task_run_assets", "flow_run_suspension_request"}
"""Of Prefect's contexts: without an underscore, and yet its own bookkeeping."""


def not_promised(tree: ast.Module) -> set[str]:
    """What the code names of Prefect that Prefect does not promise: private modules and fields, parts of its server."""
    named, known = set(), {"prefect"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = node.module if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                dotted = f"{module}.{alias.name}" if module else alias.name
                if dotted.split(".")[0] == "prefect":
                    known.add((alias.asname or alias.name).split(".")[0])
                    named.add(dotted)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in CONTEXT_FIELDS:
            named.add(f"prefect._{node.value}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named |= set(re.findall(r"\bprefect(?:\.\w+)+|PREFECT__\w+", node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.keyword):
            name = node.attr if isinstance(node, ast.Attribute) else node.arg
            root = ast.unparse(node).split(".")[0].split("(")[0]
            if name in CONTEXT_FIELDS or (isinstance(node, ast.Attribute) and root in known):
                named.add(f"prefect._{name}" if name in CONTEXT_FIELDS else f"prefect.{name}")
    private = re.compile(r"PREFECT__|prefect\.server\b|prefect(\.\w+)*\._(?!_)")
    return {name for name in named if private.match(name)}


@pytest.mark.parametrize(
    "code",
    [
        "from prefect._internal import concurrency",
        "import prefect.runner._cancel_finalizer as finalizer",
        "from prefect.context import _deployment_id",
        "from prefect.server.api.server import create_app",
        "import prefect.server.models",
        "from prefect import Flow\nFlow._enter()",
        "from prefect import get_client as client\nclient()._client",
        "import prefect\nprefect.context._x",
        "from prefect.context import FlowRunContext\nFlowRunContext.get().run_results = {}",
        "context.task_run_assets",
        "setattr(context, 'run_results', {})",
        "Context(run_results={})",
        "getLogger('prefect._internal.concurrency')",
        "env = {'PREFECT__SERVER_EPHEMERAL': '1'}",
    ],
)
def test_what_prefect_does_not_promise_is_known(code: str):
    """In whatever way it is named."""
    assert not_promised(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "from prefect import flow, get_client\nflow(name='x')(f)\nget_client().read_flows()",
        "import prefect\nprefect.__version__",
        "self._prefect = get_client()",
        "'prefect.events.clients'",
        "'PREFECT_HOME'",
    ],
)
def test_what_prefect_promises_may_be_named_anywhere(code: str):
    """As may what is private to ourselves."""
    assert not not_promised(ast.parse(code))


@pytest.mark.parametrize("path", [path for path in FILES if not name_of(path).startswith(WORKAROUNDS)], ids=name_of)
def test_what_prefect_does_not_promise_is_touched_in_one_folder(path: Path):
    """Its page says what, and which test tells when it is mended."""
    assert not_promised(parsed(path)) == set()


def test_only_files_at_the_top_hold_tasks_and_flows():
    """`ls tasks/*.py` lists Prefect's tasks, `ls flows/*.py` the flows."""
    holders = {
        (name_of(path).rpartition("/")[0], decorated)
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for decorator in node.decorator_list
        if (decorated := ast.unparse(decorator).partition("(")[0]) in {"task", "flow"}
    }
    assert holders == {("tasks", "task"), ("flows", "flow")}


OWNERS = {"cells", "purse", "stop", "api", "paid", "slots", "others", "tally"}


def test_what_changes_while_a_run_works_is_changed_by_its_owner():
    """Elsewhere nothing is assigned to it, nor to a job that is handed on; their own functions say what happened."""
    writes = [
        f"{name_of(path)}: {ast.unparse(target)}"
        for path in FILES
        if name_of(path).startswith(("tasks/", "flows/"))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Delete)
        for target in (node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target])
        if set(re.findall(r"\btools\.(\w+)[.\[]", written := ast.unparse(target))) & OWNERS
        or written.startswith("job.")
    ]
    assert writes == []


def test_no_class_has_the_name_of_another():
    """One name, one meaning; the stand-in API stands apart, and has names of its own."""
    files = [path for path in FILES if "sandbox" not in path.parts]
    names = Counter(node.name for path in files for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef))
    assert [name for name, count in names.items() if count > 1] == []


def test_only_named_files_read_and_write_tables():
    """Pandas stays where tables are written."""
    users = {name_of(path) for path in FILES if imports_package(path, "pandas")}
    assert users <= {"tasks/publishing/write_manifest.py", "tasks/planning/plan_campaign.py"}


def test_no_module_grows_too_long():
    """Two hundred lines are read in one sitting."""
    long = {name_of(path) for path in FILES if len(path.read_text().splitlines()) > MODULE_LINES_MAX}
    assert long == set()


def test_no_function_grows_too_long():
    """Forty-five lines, docstring and decorators included."""
    long = {
        f"{name_of(path)}:{node.name}"
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _lines(node) > FUNCTION_LINES_MAX
    }
    assert long == set()


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return (node.end_lineno or first) - first + 1


def test_every_test_says_what_must_be_true():
    """Each test carries a sentence."""
    silent = [
        f"{name_of(path)}:{node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_the_tree_of_errors_is_the_one_that_is_drawn():
    """Every class of `tasks/errors.py` stands in its docstring, under the class it comes from."""
    drawn: dict[str, str] = {}
    path: list[tuple[int, str]] = [(-1, "Exception")]
    for indent, name in re.findall(r"^( *)([A-Z][A-Za-z]+)(?: {2,}|\n|$)", errors.__doc__ or "", re.MULTILINE):
        while path[-1][0] >= len(indent):
            path.pop()
        drawn[name] = path[-1][1]
        path.append((len(indent), name))
    own = {errors.__name__, cell_errors.__name__}
    classes = [kind for kind in vars(errors).values() if inspect.isclass(kind) and kind.__module__ in own]
    assert drawn == {kind.__name__: kind.__bases__[0].__name__ for kind in classes}


def test_only_what_was_turned_away_is_retryable_and_nothing_retryable_is_billed():
    """Trying again never pays twice."""
    cells = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.CellError)]
    assert {kind.__name__ for kind in cells if kind.retryable} == {"NotAccepted", "RateLimited", "ApiUnavailable"}
    assert not [kind for kind in cells if kind.retryable and kind.is_billed]
