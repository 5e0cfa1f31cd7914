//! Waiting for an order, on the clock that the client was given.

use jiff::Timestamp;

use crate::account::Account;
use crate::error::Error;
use crate::order::{Order, OrderStatus};

impl Account {
    /// Asks for the order's status.
    ///
    /// # Errors
    /// When there is no usable answer.
    pub async fn refresh(&self, order: &mut Order) -> Result<(), Error> {
        let answer = self.post("order", &order.url.clone(), "").await?;
        order.update(&answer)
    }

    /// Asks until the order is ready or valid: after the challenges, and after finalizing.
    ///
    /// # Errors
    /// When the order failed, with what is wrong with each name; or when it is not done by the deadline.
    pub async fn settle(&self, order: &mut Order, deadline: Timestamp) -> Result<(), Error> {
        let clock = &self.server.transport.clock;
        loop {
            match order.status {
                OrderStatus::Ready | OrderStatus::Valid => return Ok(()),
                OrderStatus::Invalid => return Err(self.failure(order).await?),
                OrderStatus::Pending | OrderStatus::Processing if order.poll_at > deadline => {
                    return Err(Error::Unfinished { status: order.status.word(), retry_at: order.poll_at });
                }
                OrderStatus::Pending | OrderStatus::Processing => {}
            }
            if let Ok(wait) = order.poll_at.duration_since(clock.now()).try_into() {
                clock.sleep(wait).await;
            }
            self.refresh(order).await?;
        }
    }

    async fn failure(&self, order: &Order) -> Result<Error, Error> {
        if let Some(problem) = &order.error {
            return Ok(Error::OrderFailed { problems: vec![(String::new(), problem.clone())] });
        }
        Ok(Error::OrderFailed { problems: self.failed_challenges(order).await? })
    }
}
