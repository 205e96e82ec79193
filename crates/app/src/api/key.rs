//! Where the device's key lies, and moving it.

use super::App;
use crate::error::AppError;
use crate::profile::KeyPlace;
use crate::view::KeyView;

impl App {
    /// Where the key lies.
    pub async fn key(&self) -> Result<KeyView, AppError> {
        self.ask(|driver| Ok(driver.key())).await
    }

    /// Moves the key; answers when it lies there, which may take as long as a person needs to find a password. The app
    /// goes on meanwhile. Fails with the key where it was.
    pub async fn move_key(&self, to: KeyPlace) -> Result<KeyView, AppError> {
        self.with(move |driver, reply| driver.move_key(to, reply))
            .await
    }

    /// Ends a move that is waiting; its own call answers what came of it.
    pub async fn call_off_moving_key(&self) -> Result<(), AppError> {
        self.ask(|driver| {
            driver.call_off_moving();
            Ok(())
        })
        .await
    }
}
