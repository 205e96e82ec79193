//! The client's side of the control socket.

use std::path::Path;

use tokio::net::UnixStream;

use super::frame::{self, FrameError};
use super::messages::{Answer, Request};
use super::path::socket_path;
use crate::error::{Code, Fault};
use crate::view::WatchEvent;

/// A connection to the process that holds a profile.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
}

impl Client {
    /// Connects to whoever holds the profile in `dir`.
    ///
    /// Fails with [`Code::NoPeer`] when nobody listens there.
    pub async fn connect(dir: &Path) -> Result<Self, Fault> {
        let nobody = || {
            Fault::new(
                Code::NoPeer,
                format!(
                    "no skein runs on the profile in {}. nothing was changed. start `skein run` or the window",
                    dir.display()
                ),
            )
        };
        if !dir.exists() {
            return Err(nobody());
        }
        let path = socket_path(dir)?;
        match UnixStream::connect(&path).await {
            Ok(stream) => Ok(Self { stream }),
            Err(_) => Err(nobody()),
        }
    }

    /// Asks one thing and waits for its answer. A failed request is an `Err`.
    pub async fn ask(&mut self, request: &Request) -> Result<Answer, Fault> {
        let json = frame::encode(request).map_err(broken)?;
        frame::write(&mut self.stream, &json)
            .await
            .map_err(broken)?;
        match frame::read_answer(&mut self.stream).await.map_err(broken)? {
            Some(Answer::Fault(fault)) => Err(fault),
            Some(answer) => Ok(answer),
            None => Err(ended()),
        }
    }

    /// Turns the connection into a stream of events.
    pub async fn watch(mut self) -> Result<Watching, Fault> {
        self.ask(&Request::Watch).await?;
        Ok(Watching {
            stream: self.stream,
        })
    }
}

/// A connection that carries events until the process at its other end stops.
#[derive(Debug)]
pub struct Watching {
    stream: UnixStream,
}

impl Watching {
    /// The next event; `None` when the process has ended. Not to be dropped half-way and called again.
    pub async fn next(&mut self) -> Result<Option<WatchEvent>, Fault> {
        match frame::read_answer(&mut self.stream).await {
            Ok(event) => Ok(event),
            Err(FrameError::Broken(_)) => Ok(None),
            Err(error) => Err(broken(error)),
        }
    }
}

fn broken(error: FrameError) -> Fault {
    match error {
        FrameError::TooLong(_) => Fault::new(
            Code::TooMuch,
            format!("{error}. nothing was changed. send it in smaller pieces"),
        ),
        FrameError::Broken(_) => ended(),
        FrameError::Malformed(_) => Fault::new(
            Code::Stopping,
            format!("{error}. the two ends are different versions: restart the running skein"),
        ),
    }
}

fn ended() -> Fault {
    Fault::new(
        Code::Stopping,
        "the running skein ended before it answered. what it called saved is on disk. ask again",
    )
}
