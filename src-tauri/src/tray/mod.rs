//! The icon in the tray: what it says, and what one can do there.
//!
//! [`facts`] is what is said, [`picture`] what it looks like, [`host`] whether anybody sees it. Everything follows events of the
//! app; nothing is asked on a clock.

mod facts;
mod host;
mod icon;
mod picture;

use std::sync::Mutex;

use skein_app::view::DocMessage;
use skein_app::{App, AppError, ShellEvent};
use tauri::{AppHandle, Manager};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, watch};

use crate::background::Tray as Seen;
use crate::events;
use crate::types::BackendEvent;
use facts::Facts;
use icon::Icon;

/// The tray's state: what is known, and the icon once there is one.
pub struct Tray {
    seen: watch::Sender<Seen>,
    facts: Mutex<Facts>,
    icon: Mutex<Option<Icon>>,
}

impl Default for Tray {
    fn default() -> Self {
        Self {
            seen: watch::Sender::new(Seen::Unknown),
            facts: Mutex::default(),
            icon: Mutex::default(),
        }
    }
}

impl Tray {
    /// Whether somebody shows the icon.
    pub fn seen(&self) -> Seen {
        *self.seen.borrow()
    }

    /// The same, and every change of it.
    pub fn changes(&self) -> watch::Receiver<Seen> {
        self.seen.subscribe()
    }

    /// Whether the offline switch is on, as the menu shows it.
    fn offline(&self) -> bool {
        self.facts
            .lock()
            .expect("nobody panics holding it")
            .offline()
    }

    /// What a window's session is told says as well whether its words reach the disk.
    pub fn overhear(&self, session: u32, message: &DocMessage) {
        let trouble = match message {
            DocMessage::Error { message, .. } => Some(message.clone()),
            // Something reached the disk, so whatever was wrong is over.
            DocMessage::Ack { .. } => None,
            _ => return,
        };
        self.learn(|facts| facts.take_trouble(session, trouble));
    }

    /// A session is over, and its trouble with it.
    pub fn forget(&self, session: u32) {
        self.learn(|facts| facts.take_trouble(session, None));
    }

    fn learn(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.facts.lock().expect("nobody panics holding it"));
        self.show();
    }

    /// Brings the icon up to what is known.
    fn show(&self) {
        let (line, offline) = {
            let facts = self.facts.lock().expect("nobody panics holding it");
            (facts.line(), facts.offline())
        };
        if let Some(icon) = &mut *self.icon.lock().expect("nobody panics holding it") {
            icon.say(line, offline);
        }
    }

    /// Takes in what a broken menu click left looking otherwise.
    fn show_again(&self) {
        if let Some(icon) = &mut *self.icon.lock().expect("nobody panics holding it") {
            icon.forget_said();
        }
        self.show();
    }
}

/// Puts the icon where the desktop shows icons, as soon as it does. Must be called on the main thread.
pub fn begin(handle: &AppHandle) {
    let handle = handle.clone();
    host::watch(move |seen| {
        let tray = handle.state::<Tray>();
        let seen = if seen == Seen::Shown && !put_up(&handle, &tray) {
            Seen::Absent
        } else {
            seen
        };
        tray.seen.send_replace(seen);
        let shown = seen.brings_back();
        events::tell(&handle, BackendEvent::Tray { shown });
    });
}

/// Whether there is an icon now. It stays when the panel goes: a panel that comes back finds it.
fn put_up(handle: &AppHandle, tray: &Tray) -> bool {
    let mut icon = tray.icon.lock().expect("nobody panics holding it");
    if icon.is_none() {
        *icon = Icon::new(handle);
    }
    let there = icon.is_some();
    drop(icon);
    tray.show();
    there
}

/// Follows the app until it ends.
pub async fn follow(handle: AppHandle, app: App, mut events: broadcast::Receiver<ShellEvent>) {
    let tray = handle.state::<Tray>();
    // All that happened since the last look is taken in at once, and what the whole device knows is asked for once.
    let mut happened: Vec<ShellEvent> = Vec::new();
    loop {
        let missed = take_all(&mut events, &mut happened);
        if let Err(error) = take_in(&tray, &app, std::mem::take(&mut happened), missed).await {
            tracing::debug!("the tray could not ask: {error}");
        }
        match events.recv().await {
            Ok(event) => happened.push(event),
            Err(RecvError::Lagged(_)) => {
                if let Err(error) = take_in(&tray, &app, Vec::new(), true).await {
                    tracing::debug!("the tray could not ask: {error}");
                }
            }
            Err(RecvError::Closed) => break,
        }
    }
    app.stopped().await;
    let why = app.failure().map(|fault| fault.message);
    let why = why.unwrap_or_else(|| "somebody asked this Skein to end".into());
    tray.learn(|facts| facts.take_end(why));
}

/// Moves what waits into `happened`; whether some of it was lost.
fn take_all(events: &mut broadcast::Receiver<ShellEvent>, happened: &mut Vec<ShellEvent>) -> bool {
    let mut missed = false;
    loop {
        match events.try_recv() {
            Ok(event) => happened.push(event),
            Err(TryRecvError::Lagged(_)) => missed = true,
            Err(TryRecvError::Empty | TryRecvError::Closed) => return missed,
        }
    }
}

async fn take_in(
    tray: &Tray,
    app: &App,
    happened: Vec<ShellEvent>,
    missed: bool,
) -> Result<(), AppError> {
    let status = app.status().await?;
    let wanted = {
        let facts = tray.facts.lock().expect("nobody panics holding it");
        match missed {
            true => status.spaces.iter().map(|space| space.id).collect(),
            false => facts.uncounted(&status),
        }
    };
    let mut counted = Vec::new();
    for space in wanted {
        counted.push((space, app.notes(space).await?));
    }
    tray.learn(|facts| {
        for (space, rows) in counted {
            facts.take_notes(space, &rows);
        }
        for event in happened {
            match event {
                ShellEvent::Notes { space, rows } => facts.take_notes(space, &rows),
                ShellEvent::Status(status) => facts.take_note_status(&status),
                _ => {}
            }
        }
        facts.take_status(&status);
    });
    Ok(())
}
