//! A set of shards that shows every verdict, for tests.
