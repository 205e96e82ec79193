//! The system's dialogs for files. A path comes from a person in one of these and from nowhere else, least of all the page.

use std::path::PathBuf;

use rfd::AsyncFileDialog;
use skein_app::ticket::EXTENSION;
use skein_app::{Code, Fault};
use tokio::sync::Mutex;

/// The dialogs, of which one is open at a time: a page that asks again and again does not cover the screen.
#[derive(Default)]
pub struct Dialogs(Mutex<()>);

impl Dialogs {
    /// Where a ticket is to be saved; `None` when the person thought better of it. A name that is taken was asked about.
    pub async fn save_ticket(&self, name: &str) -> Result<Option<PathBuf>, Fault> {
        let _alone = self.0.try_lock().map_err(|_| open_already())?;
        let dialog = AsyncFileDialog::new()
            .set_title("Save the ticket")
            .set_file_name(name)
            .add_filter("Skein tickets", &[EXTENSION]);
        Ok(dialog.save_file().await.map(PathBuf::from))
    }

    /// Which file has the ticket; `None` when the person thought better of it.
    pub async fn choose_ticket(&self) -> Result<Option<PathBuf>, Fault> {
        let _alone = self.0.try_lock().map_err(|_| open_already())?;
        let dialog = AsyncFileDialog::new()
            .set_title("Choose a ticket")
            .add_filter(
                "Tickets and pictures of them",
                &[EXTENSION, "png", "PNG", "txt"],
            )
            .add_filter("All files", &["*"]);
        Ok(dialog.pick_file().await.map(PathBuf::from))
    }
}

fn open_already() -> Fault {
    Fault::new(
        Code::TooMuch,
        "a window to choose a file is open already, perhaps behind this one. nothing was changed",
    )
}
