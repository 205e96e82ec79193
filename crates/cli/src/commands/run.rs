//! `skein run`: a peer without a window.

use std::time::{Duration, Instant};

use skein_app::profile::{HolderKind, Missing, holder};
use skein_app::view::{Happening, WatchEvent};
use skein_app::{App, Code, Fault, GivenNames, Network, Options, config};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::Here;
use crate::args::Run;
use crate::output::{Output, Stop};

/// How long events that are still to be printed may take at the end.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Runs until SIGINT or SIGTERM; with `--json` prints events, the first of which is `ready`.
pub(super) async fn run(here: &Here, options: Run) -> Result<(), Stop> {
    // Before anything is opened: a signal during the start must end it cleanly too.
    let mut interrupt = listen_for(SignalKind::interrupt())?;
    let mut terminate = listen_for(SignalKind::terminate())?;
    let app = open(here, options).await?;
    let events = app.watch();
    let ready = tokio::select! {
        ready = app.ready() => ready,
        _ = interrupt.recv() => return end(app).await,
        _ = terminate.recv() => return end(app).await,
    };
    let out = here.out;
    let printer = match ready {
        Ok(ready) => std::thread::spawn(move || print(out, ready, events)),
        Err(error) => {
            app.close().await;
            return Err(error.into());
        }
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = app.stopped() => {}
    }
    let ended = end(app).await;
    let deadline = Instant::now() + LAST_WORDS;
    while !printer.is_finished() && Instant::now() < deadline {
        tokio::time::sleep(config::HELD_POLL).await;
    }
    ended
}

/// Ends the peer cleanly; an error is why it ended by itself.
async fn end(app: App) -> Result<(), Stop> {
    app.close().await;
    app.failure().map_or(Ok(()), |fault| Err(fault.into()))
}

/// Prints events on a thread of its own: a reader that stops reading must not keep signals from being heard.
fn print(out: Output, ready: WatchEvent, mut events: broadcast::Receiver<WatchEvent>) {
    let mut event = ready;
    loop {
        // A reader that has gone does not end a peer: it goes on in silence.
        if tell(out, event).is_err() {
            return;
        }
        event = match events.blocking_recv() {
            Ok(event) => event,
            Err(RecvError::Lagged(lost)) => App::lagged(lost),
            Err(RecvError::Closed) => return,
        };
    }
}

/// Opens the profile; another short command on it is waited for, another peer or window is not.
async fn open(here: &Here, options: Run) -> Result<App, Fault> {
    let deadline = Instant::now() + config::HELD_WAIT;
    loop {
        let opened = App::open(Options {
            profile: here.dir.clone(),
            holder: HolderKind::Run,
            missing: Missing::Create,
            network: Some(Network {
                listen: options.listen.clone(),
                discovery: !options.no_discovery,
                gossip: !options.no_gossip,
                offline: options.offline,
            }),
            control: true,
            names: GivenNames::default(),
        })
        .await;
        let error = match opened {
            Ok(app) => return Ok(app),
            Err(error) => error,
        };
        let short = holder(&here.dir).is_none_or(|holder| holder.kind == HolderKind::Command);
        if error.code() != Code::Held || !short || Instant::now() > deadline {
            return Err(error.into());
        }
        tokio::time::sleep(config::HELD_POLL).await;
    }
}

fn listen_for(kind: SignalKind) -> Result<Signal, Fault> {
    signal(kind).map_err(|error| {
        Fault::new(
            Code::Stopping,
            format!("signals cannot be listened for: {error}. nothing was opened"),
        )
    })
}

fn tell(out: Output, event: WatchEvent) -> Result<(), Stop> {
    if out.json {
        return out.line(&event);
    }
    match event.what {
        Happening::Ready { device, listen } => {
            let place = match listen.is_empty() {
                true => "without a network".to_owned(),
                false => listen.join(" "),
            };
            out.say(&format!("skein runs: device {device}, {place}"));
        }
        Happening::Peer { device, online } => {
            let what = if online { "is here" } else { "has gone" };
            out.say(&format!("{device} {what}"));
        }
        Happening::Error { message, .. } => out.say(&message),
        Happening::Edit { .. } | Happening::Receipt { .. } | Happening::Presence { .. } => {}
    }
    Ok(())
}
