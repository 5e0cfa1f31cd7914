//! Shows the report of an account to a person, without deploying anything.
