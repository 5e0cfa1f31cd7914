//! The contact of one account, for whoever needs it.

use std::pin::Pin;
use std::sync::Arc;

use aws_client::CallError;
use notices::{AccountContact, FindContact};

use crate::directory::Directory;

/// The contact of one account.
#[derive(Debug)]
pub(crate) struct ContactLookup {
    directory: Arc<Directory>,
    account: String,
}

impl ContactLookup {
    pub(crate) fn new(directory: &Arc<Directory>, account: &str) -> Self {
        Self { directory: Arc::clone(directory), account: account.to_owned() }
    }
}

impl FindContact for ContactLookup {
    fn account(&self) -> &str {
        &self.account
    }

    fn find(&self) -> Pin<Box<dyn Future<Output = Result<Option<AccountContact>, CallError>> + Send + '_>> {
        Box::pin(self.directory.contact(&self.account))
    }
}
