//! Tickets as files: saved, chosen, dropped. What is read is shown to the person before anything is joined.

use std::path::PathBuf;

use skein_app::ticket::{self, Existing, TicketFile, TicketFileError, file_name};
use skein_app::{AppError, Fault};
use tauri::State;
use tauri::async_runtime::spawn_blocking;
use tauri::ipc::{InvokeBody, Request};

use super::{Answer, app, bad};
use crate::dialogs::Dialogs;
use crate::shell::Shell;
use crate::types::{ChosenTicket, ReadTicket};

/// Saves a ticket of a space that is here, where the person says; the path, or nothing when they did not.
#[tauri::command]
#[specta::specta]
pub async fn save_ticket(
    shell: State<'_, Shell>,
    dialogs: State<'_, Dialogs>,
    ticket: String,
) -> Answer<Option<String>> {
    let found = ticket::find(ticket.as_bytes())?;
    let spaces = app(&shell)?.overview().await?.spaces;
    let space = spaces.iter().find(|space| space.id == found.space);
    let space = space.ok_or_else(|| bad("that is no ticket of a space that is here"))?;
    let Some(path) = dialogs.save_ticket(&file_name(&space.name)).await? else {
        return Ok(None);
    };
    let shown = path.display().to_string();
    aside(move || TicketFile::at(&path, Existing::Replace)?.write(&found.ticket)).await?;
    Ok(Some(shown))
}

/// Lets the person choose the file of a ticket, and reads it; nothing when they chose none.
#[tauri::command]
#[specta::specta]
pub async fn choose_ticket(dialogs: State<'_, Dialogs>) -> Answer<Option<ChosenTicket>> {
    let Some(path) = dialogs.choose_ticket().await? else {
        return Ok(None);
    };
    Ok(Some(read(path).await?))
}

/// Reads the file that a person dropped on the window; nothing when there is none.
#[tauri::command]
#[specta::specta]
pub async fn dropped_ticket(dialogs: State<'_, Dialogs>) -> Answer<Option<ChosenTicket>> {
    let Some(path) = dialogs.take_dropped() else {
        return Ok(None);
    };
    Ok(Some(read(path).await?))
}

async fn read(path: PathBuf) -> Result<ChosenTicket, Fault> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.into_owned();
    let found = aside(move || ticket::read(&path)).await?;
    Ok(ChosenTicket::new(name, found))
}

/// Reads a ticket from the bytes of a file that a person dropped on the page, where the web view gives it those.
#[tauri::command]
pub async fn read_ticket(request: Request<'_>) -> Answer<ReadTicket> {
    let bytes = match request.body() {
        InvokeBody::Raw(bytes) => bytes.clone(),
        InvokeBody::Json(json) => serde_json::from_value(json.clone())
            .map_err(|_| bad("a file came as something else than bytes"))?,
    };
    Ok(aside(move || ticket::find(&bytes)).await?.into())
}

/// Away from the threads that answer: disks are slow, and pictures large.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TicketFileError> + Send + 'static,
) -> Result<T, Fault> {
    let done = spawn_blocking(work).await;
    Ok(done.map_err(|_| AppError::stopping())??)
}
