//! Files that a person names: in a dialog of the system, or by dropping one on the window. A path comes from there and
//! from nowhere else, least of all the page.

use std::path::PathBuf;

use rfd::AsyncFileDialog;
use skein_app::ticket::EXTENSION;
use skein_app::{Code, Fault};
use tauri::{AppHandle, DragDropEvent, Manager};
use tokio::sync::Mutex;

use crate::events::tell;
use crate::types::{BackendEvent, Drag};

/// The dialogs, of which one is open at a time: a page that asks again and again does not cover the screen.
#[derive(Default)]
pub struct Dialogs {
    alone: Mutex<()>,
    /// Dropped on the window last, until it is taken.
    dropped: std::sync::Mutex<Option<PathBuf>>,
}

impl Dialogs {
    /// Where a ticket is to be saved; `None` when the person thought better of it. A name that is taken was asked about.
    pub async fn save_ticket(&self, name: &str) -> Result<Option<PathBuf>, Fault> {
        let _alone = self.alone.try_lock().map_err(|_| open_already())?;
        let dialog = AsyncFileDialog::new()
            .set_title("Save the ticket")
            .set_file_name(name)
            .add_filter("Skein tickets", &[EXTENSION]);
        Ok(dialog.save_file().await.map(PathBuf::from))
    }

    /// Which file has the ticket; `None` when the person thought better of it.
    pub async fn choose_ticket(&self) -> Result<Option<PathBuf>, Fault> {
        let _alone = self.alone.try_lock().map_err(|_| open_already())?;
        let dialog = AsyncFileDialog::new()
            .set_title("Choose a ticket")
            .add_filter(
                "Tickets and pictures of them",
                &[EXTENSION, "png", "PNG", "txt"],
            )
            .add_filter("All files", &["*"]);
        Ok(dialog.pick_file().await.map(PathBuf::from))
    }

    /// The file that was dropped on the window, once.
    pub fn take_dropped(&self) -> Option<PathBuf> {
        self.dropped
            .lock()
            .expect("nobody panics holding it")
            .take()
    }
}

/// A file is dragged over the window: the page shows it, and may have it read when it is dropped.
pub fn dragged(handle: &AppHandle, event: &DragDropEvent) {
    let state = match event {
        DragDropEvent::Enter { .. } => Drag::Over,
        DragDropEvent::Leave => Drag::Left,
        DragDropEvent::Drop { paths, .. } => {
            let dialogs = handle.state::<Dialogs>();
            *dialogs.dropped.lock().expect("nobody panics holding it") = paths.first().cloned();
            Drag::Dropped
        }
        _ => return,
    };
    tell(handle, BackendEvent::Drag { state });
}

fn open_already() -> Fault {
    Fault::new(
        Code::TooMuch,
        "a window to choose a file is open already, perhaps behind this one. nothing was changed",
    )
}
