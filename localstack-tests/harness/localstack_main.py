"""LocalStack's own start, with the lifeline. Run as `python -m harness.localstack_main`."""

from __future__ import annotations

from localstack.runtime.main import main

from harness.lifeline import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    main()
