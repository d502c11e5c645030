"""What holds for every test: nothing of this machine's own Prefect is touched, and no example fails for being slow."""

import atexit
import os
import shutil
import tempfile

from hypothesis import settings

# Prefect reads its settings when it is imported, which importing a task does.
os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="prefect-")
atexit.register(shutil.rmtree, os.environ["PREFECT_HOME"], ignore_errors=True)
for name in [name for name in os.environ if name.startswith(("IDEOGRAM_", "CALLBACK_"))]:
    del os.environ[name]

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")
