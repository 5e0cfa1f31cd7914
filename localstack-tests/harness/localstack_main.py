"""LocalStack's own start, with the lifeline. Run as `python -m harness.localstack_main`."""

from __future__ import annotations

import os

from localstack.aws.spec import loader
from localstack.runtime.main import main

from harness.lifeline import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    # LocalStack reads requests by its own loader, which leaves out what this names for botocore's.
    folders = os.environ.get("AWS_DATA_PATH", "").split(os.pathsep)
    loader.search_paths.extend(folder for folder in folders if folder)
    main()
