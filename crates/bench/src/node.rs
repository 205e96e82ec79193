//! One measured device: an app, a window on one note, and orders over a pipe.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use skein_app::App;
use skein_app::view::{DocMessage, DurableEdit, Role};
use tokio::sync::broadcast::Receiver;
use tokio::time::{Instant, sleep_until};

use crate::config::{PATIENCE, TICKET_MINUTES};
use crate::error::BenchError;
use crate::measure::now_ns;
use crate::talk::{Hash, Heard, Order, Place, Ready, Typed, hear, say};
use crate::window::{Window, options, silent};
use crate::{echo, floor};

/// Which device this is.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// Makes the note and types.
    Write,
    /// Joins and watches.
    Read,
}

/// Options of one device.
#[derive(clap::Args)]
pub struct Args {
    /// Which device this is
    part: Part,
    /// Its profile's folder
    #[arg(long)]
    profile: PathBuf,
}

/// Carries out orders until there are no more.
pub async fn run(args: &Args) -> Result<(), BenchError> {
    let name = format!("{:?}", args.part);
    let app = App::open(options(&args.profile, &name, true)).await?;
    app.ready().await?;
    let done = match args.part {
        Part::Write => write(&app, &args.profile).await,
        Part::Read => read(&app).await,
    };
    app.close().await;
    done
}

async fn write(app: &App, profile: &Path) -> Result<(), BenchError> {
    let space = app.find_space(None).await?;
    let note = app.new_note_id();
    let mut window = Window::open(app, space, note).await?;
    let first = window.begin()?;
    window.push(first).await?;
    window.saved().await?;
    let ticket = app.invite(space, Role::Editor, TICKET_MINUTES).await?;
    say(&Place {
        ticket: ticket.ticket,
        space,
        note,
    })?;
    let mut length = 0;
    while let Some(order) = hear()? {
        match order {
            Order::Type { edits, pace_ms } => {
                let rest = Duration::from_millis(pace_ms);
                say(&type_keys(&mut window, &mut length, edits, rest).await?)?;
            }
            Order::Echo {
                address,
                times,
                bytes,
                pace_ms,
            } => {
                let rest = Duration::from_millis(pace_ms);
                say(&echo::measure(&address, times, bytes, rest)?)?;
            }
            Order::Sync {
                times,
                bytes,
                pace_ms,
            } => {
                let rest = Duration::from_millis(pace_ms);
                say(&floor::sync(profile, times, bytes, rest)?)?;
            }
            Order::Hash => say(&Hash(app.hash(space, note).await?))?,
            Order::Hear { .. } => return Err(wrong_order()),
            Order::End => break,
        }
    }
    Ok(())
}

/// Types letters at the end of the note, each `rest` after the last. A key counts from when the page has its
/// update to when the acknowledgement is read.
async fn type_keys(
    window: &mut Window,
    length: &mut u64,
    edits: usize,
    rest: Duration,
) -> Result<Typed, BenchError> {
    let before = window.acked();
    let mut typed = Typed {
        pushed: Vec::with_capacity(edits),
        acked: Vec::with_capacity(edits),
        update_bytes: 0,
    };
    let mut next = Instant::now() + rest;
    while typed.acked.len() < edits {
        let message = tokio::select! {
            message = window.message() => Some(message?),
            () = sleep_until(next), if typed.pushed.len() < edits => None,
        };
        match message {
            Some(message) => {
                let now = now_ns();
                window.take_in(&message)?;
                let acked = usize::try_from(window.acked() - before).unwrap_or(usize::MAX);
                typed.acked.resize(acked, now);
            }
            None => {
                let letter = char::from(b'a' + (*length % 26) as u8).to_string();
                let update = window.keystroke(*length, 0, &letter)?;
                *length += 1;
                typed.update_bytes = update.len();
                typed.pushed.push(now_ns());
                window.push(update).await?;
                next = Instant::now() + rest;
            }
        }
    }
    Ok(typed)
}

async fn read(app: &App) -> Result<(), BenchError> {
    let Some(place) = hear::<Place>()? else {
        return Ok(());
    };
    app.join(&place.ticket, PATIENCE).await?;
    let mut durable = app.durable_edits();
    let mut window = Window::open(app, place.space, place.note).await?;
    say(&Ready {
        echo: echo::serve()?,
    })?;
    while let Some(order) = hear()? {
        match order {
            Order::Hear { edits } => {
                say(&watch(&mut window, &mut durable, &place, edits).await?)?;
            }
            Order::Hash => say(&Hash(app.hash(place.space, place.note).await?))?,
            Order::Type { .. } | Order::Echo { .. } | Order::Sync { .. } => {
                return Err(wrong_order());
            }
            Order::End => break,
        }
    }
    Ok(())
}

/// Stamps the other device's keystrokes as they come to the window, and as they are on disk. Both come in the
/// order of the writer's log, so the n-th of each is the n-th key.
async fn watch(
    window: &mut Window,
    durable: &mut Receiver<DurableEdit>,
    place: &Place,
    edits: usize,
) -> Result<Heard, BenchError> {
    let mut heard = Heard {
        applied: Vec::with_capacity(edits),
        durable: Vec::with_capacity(edits),
    };
    let mut last_seq = 0;
    while heard.applied.len() < edits || heard.durable.len() < edits {
        tokio::select! {
            message = window.message(), if heard.applied.len() < edits => {
                let (now, message) = (now_ns(), message?);
                let came = brings(&message);
                window.take_in(&message)?;
                heard.applied.resize(heard.applied.len() + came, now);
            }
            edit = tokio::time::timeout(PATIENCE, durable.recv()) => {
                let now = now_ns();
                let edit = edit.map_err(|_| silent())?;
                let edit = edit.map_err(|error| BenchError::Device(error.to_string()))?;
                if (edit.space, edit.note) != (place.space, place.note) {
                    continue;
                }
                if edit.seq <= last_seq {
                    return Err(BenchError::Wrong("edits became durable out of order".into()));
                }
                last_seq = edit.seq;
                heard.durable.push(now);
            }
        }
    }
    Ok(heard)
}

/// How many keystrokes of the other a message brings.
fn brings(message: &DocMessage) -> usize {
    match message {
        DocMessage::Deliver { updates, .. } => updates.len(),
        _ => 0,
    }
}

fn wrong_order() -> BenchError {
    BenchError::Device("this device was asked what the other one does".into())
}
