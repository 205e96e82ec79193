//! The way to the notes: through the process that holds the profile, or by opening it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use skein_app::control::{Answer, Client, Request};
use skein_app::profile::{self, HolderKind, Missing};
use skein_app::{App, Code, Fault, GivenNames, Network, Options, config};

/// Where a command's requests go.
pub enum Door {
    /// To an app of our own, closed when the command ends.
    Own(App),
    /// To the process that holds the profile.
    Held(Client),
}

impl Door {
    /// Opens the profile, or reaches whoever holds it. Another short command is waited for.
    pub async fn open(
        dir: &Path,
        missing: Missing,
        network: Option<Network>,
        names: GivenNames,
    ) -> Result<Self, Fault> {
        let deadline = Instant::now() + config::HELD_WAIT;
        loop {
            let options = Options {
                profile: dir.to_path_buf(),
                holder: HolderKind::Command,
                missing,
                network: network.clone(),
                control: false,
                names: names.clone(),
            };
            let held = match App::open(options).await {
                Ok(app) => return Ok(Door::Own(app)),
                Err(error) if error.code() == Code::Held => error,
                Err(error) => return Err(error.into()),
            };
            // A short command serves no socket, and a peer that is just starting not yet.
            if let Ok(client) = Client::connect(dir).await {
                return Ok(Door::Held(client));
            }
            if Instant::now() > deadline {
                return Err(held.into());
            }
            tokio::time::sleep(config::HELD_POLL).await;
        }
    }

    /// Asks one thing and waits for the answer.
    pub async fn ask(&mut self, request: Request) -> Result<Answer, Fault> {
        match self {
            Door::Own(app) => app.answer(request).await,
            Door::Held(client) => client.ask(&request).await,
        }
    }

    /// Ends our own app, if it is ours: everything it called saved is on disk.
    pub async fn close(self) {
        if let Door::Own(app) = self {
            app.close().await;
        }
    }
}

/// The profile's folder: as given, or the platform's.
pub fn profile_dir(given: Option<PathBuf>) -> Result<PathBuf, Fault> {
    match given {
        Some(dir) => Ok(dir),
        None => Ok(profile::default_dir().map_err(skein_app::AppError::from)?),
    }
}
