//! What the whole window is told: the app's events, as one event of the page.

use skein_app::ShellEvent;
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::types::{BackendEvent, MemberRow, Nearby, NoteRow, Notice};
use crate::window;

/// The one event the page listens to.
const EVENT: &str = "backend";

/// Passes the app's events on until it ends. A page that lagged is told everything anew by the next change.
pub async fn pass_on(handle: AppHandle, mut events: Receiver<ShellEvent>) {
    loop {
        match events.recv().await {
            Ok(ShellEvent::Raise) => window::raise(&handle),
            Ok(event) => {
                if let Some(event) = translate(event) {
                    tell(&handle, event);
                }
            }
            Err(RecvError::Lagged(missed)) => tracing::warn!("the window missed {missed} events"),
            Err(RecvError::Closed) => return,
        }
    }
}

/// Tells the page one thing.
pub fn tell(handle: &AppHandle, event: BackendEvent) {
    if let Err(error) = handle.emit(EVENT, event) {
        tracing::warn!("the page could not be told: {error}");
    }
}

fn translate(event: ShellEvent) -> Option<BackendEvent> {
    Some(match event {
        ShellEvent::Notes { space, rows } => BackendEvent::Notes {
            space: space.to_string(),
            rows: rows.into_iter().map(NoteRow::from).collect(),
        },
        ShellEvent::Status(status) => BackendEvent::Status {
            status: status.into(),
        },
        ShellEvent::Members { space, members } => BackendEvent::Members {
            space: space.to_string(),
            members: members.into_iter().map(MemberRow::from).collect(),
        },
        ShellEvent::Overview(overview) => BackendEvent::Overview {
            overview: overview.into(),
        },
        ShellEvent::Inviting(inviting) => BackendEvent::Inviting {
            inviting: inviting.into(),
        },
        ShellEvent::Nearby(rows) => BackendEvent::Nearby {
            rows: rows.into_iter().map(Nearby::from).collect(),
        },
        ShellEvent::Key(key) => BackendEvent::Key { key: key.into() },
        ShellEvent::Notice {
            code,
            message,
            copy,
        } => BackendEvent::Notice {
            notice: Notice {
                code,
                message,
                copy,
            },
        },
        ShellEvent::Raise => return None,
    })
}
