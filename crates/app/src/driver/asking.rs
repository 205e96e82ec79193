//! How tasks beside the loop reach it.

use tokio::sync::{mpsc, oneshot};

use super::{Driver, Job, Reply};
use crate::error::AppError;

/// A way to the loop that does not keep it alive.
#[derive(Clone)]
pub(crate) struct Asking(mpsc::WeakSender<Job>);

impl Asking {
    pub(crate) fn new(jobs: mpsc::WeakSender<Job>) -> Self {
        Self(jobs)
    }

    /// Has the loop do something that answers later.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Driver, Reply<T>) + Send + 'static,
    ) -> Result<T, AppError> {
        let (reply, answer) = oneshot::channel();
        self.tell(move |driver| job(driver, reply)).await?;
        answer.await.unwrap_or_else(|_| Err(AppError::stopping()))
    }

    /// Asks the loop something it knows at once.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Driver) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.with(move |driver, reply| {
            // Whoever asked may have gone.
            let _ = reply.send(question(driver));
        })
        .await
    }

    /// Has the loop do something that needs no answer.
    pub(crate) async fn tell(
        &self,
        job: impl FnOnce(&mut Driver) + Send + 'static,
    ) -> Result<(), AppError> {
        let jobs = self.0.upgrade().ok_or_else(AppError::stopping)?;
        let sent = jobs.send(Box::new(job)).await;
        sent.map_err(|_| AppError::stopping())
    }
}
