//! Verdicts over all shards of the inventory, and the report in HTML, CSV and JSON.
