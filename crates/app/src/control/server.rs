//! The server's side of the control socket: at most 16 clients, each of the same user.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::sync::broadcast::error::RecvError;

use super::frame;
use super::messages::{Answer, Request};
use super::path;
use crate::App;
use crate::config::CONTROL_CLIENTS;
use crate::error::{AppError, Code, Fault};
use crate::profile::own_user_id;

/// Listens on the profile's control socket and serves clients until the app stops.
///
/// Returns after the socket stands; the serving goes on in tasks of the current runtime.
pub(crate) fn serve(app: App, socket: &Path) -> Result<(), AppError> {
    let failed = |error: std::io::Error| {
        AppError::new(
            Code::ProfileReadOnly,
            format!(
                "the control socket {} cannot be made: {error}. the notes are untouched. \
                 make its folder writable",
                socket.display()
            ),
        )
    };
    path::remove(socket).map_err(failed)?;
    let listener = UnixListener::bind(socket).map_err(failed)?;
    fs::set_permissions(socket, fs::Permissions::from_mode(0o600)).map_err(failed)?;
    tokio::spawn(accept(app, listener));
    Ok(())
}

async fn accept(app: App, listener: UnixListener) {
    let room = Arc::new(Semaphore::new(CONTROL_CLIENTS));
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of descriptors, most likely: existing clients end and free some.
                    tracing::warn!("a control client could not be accepted: {error}");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = app.stopped() => return,
        };
        if !same_user(&stream) {
            continue;
        }
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            tokio::spawn(turn_away(stream));
            continue;
        };
        let app = app.clone();
        tokio::spawn(async move {
            if let Err(error) = converse(&app, stream).await {
                tracing::debug!("a control client left: {error}");
            }
            drop(permit);
        });
    }
}

fn same_user(stream: &UnixStream) -> bool {
    let peer = stream.peer_cred().ok().map(|peer| peer.uid());
    peer.is_some() && peer == own_user_id()
}

async fn turn_away(mut stream: UnixStream) {
    let fault = Fault::new(
        Code::TooMuch,
        "sixteen commands already talk to this skein. nothing was changed. try again when one has ended",
    );
    // Whoever cannot even take this has gone.
    let _ = frame::write_answer(&mut stream, &Answer::Fault(fault)).await;
}

async fn converse(app: &App, mut stream: UnixStream) -> Result<(), frame::FrameError> {
    while let Some(json) = frame::read(&mut stream).await? {
        let request = match serde_json::from_slice::<Request>(&json) {
            Ok(request) => request,
            Err(error) => {
                let fault = Fault::new(
                    Code::BadArgument,
                    format!("the running skein does not know this request: {error}. restart it"),
                );
                frame::write_answer(&mut stream, &Answer::Fault(fault)).await?;
                continue;
            }
        };
        if request == Request::Watch {
            return watch(app, stream).await;
        }
        let stop = request == Request::Stop;
        let answer = app.answer(request).await.unwrap_or_else(Answer::Fault);
        frame::write_answer(&mut stream, &answer).await?;
        if stop {
            app.stop();
        }
    }
    Ok(())
}

/// Sends events until the client goes. One that lags loses the oldest and is told so.
async fn watch(app: &App, mut stream: UnixStream) -> Result<(), frame::FrameError> {
    let mut events = app.watch();
    frame::write_answer(&mut stream, &Answer::Done).await?;
    let (mut from_client, mut to_client) = stream.split();
    loop {
        let event = tokio::select! {
            // A watching client has nothing more to say: anything it sends, or its end, ends it.
            _ = frame::read(&mut from_client) => return Ok(()),
            () = app.stopped() => return Ok(()),
            event = events.recv() => event,
        };
        let event = match event {
            Ok(event) => event,
            Err(RecvError::Lagged(lost)) => App::lagged(lost),
            Err(RecvError::Closed) => return Ok(()),
        };
        frame::write_answer(&mut to_client, &event).await?;
    }
}
