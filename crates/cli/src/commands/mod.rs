//! One function per command.

mod edit_line;
mod key;
mod leave;
mod nearby;
mod note;
mod peer;
mod recovery;
mod run;
mod space;
mod state;
mod ticket;

#[cfg(test)]
pub use edit_line::EditLine;

use clap::CommandFactory;
use skein_app::control::{Answer, Request};
use skein_app::profile::Missing;
use skein_app::{Code, Fault, GivenNames, Network};

use crate::args::{Cli, Command, Init};
use crate::door::{Door, profile_dir};
use crate::output::{Output, Stop};

/// What every command needs: the profile's folder and where results go.
pub struct Here {
    /// The profile's folder.
    pub dir: std::path::PathBuf,
    /// Where results go.
    pub out: Output,
}

impl Here {
    /// Asks one thing of the profile and closes it again.
    pub async fn ask(&self, request: Request) -> Result<Answer, Fault> {
        self.ask_with(request, None).await
    }

    /// The same, for a command that needs the network.
    pub async fn ask_with(
        &self,
        request: Request,
        network: Option<Network>,
    ) -> Result<Answer, Fault> {
        let names = GivenNames::default();
        let door = Door::open(&self.dir, Missing::Refuse, network, names).await?;
        ask_and_close(door, request).await
    }
}

async fn ask_and_close(mut door: Door, request: Request) -> Result<Answer, Fault> {
    let answer = door.ask(request).await;
    door.close().await;
    answer
}

/// Does what was typed.
pub async fn carry_out(cli: Cli, out: Output) -> Result<(), Stop> {
    if let Command::Completions { shell } = cli.command {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "skein", &mut script);
        return out.exactly(&script);
    }
    let here = Here {
        dir: profile_dir(cli.profile)?,
        out,
    };
    match cli.command {
        Command::Init(init) => initialise(&here, init).await,
        Command::Note(command) => note::carry_out(&here, command).await,
        Command::Space(command) => space::carry_out(&here, command).await,
        Command::Peer(command) => peer::carry_out(&here, command).await,
        Command::Key(command) => key::carry_out(&here, command).await,
        Command::Run(options) => run::run(&here, options).await,
        Command::Watch => state::watch(&here).await,
        Command::Status { note } => state::status(&here, note).await,
        Command::Wait(options) => state::wait(&here, options).await,
        Command::Verify => state::verify(&here).await,
        Command::Completions { .. } => unreachable!("answered above"),
    }
}

async fn initialise(here: &Here, init: Init) -> Result<(), Stop> {
    let names = GivenNames {
        person: init.person,
        device_name: init.device,
    };
    let request = Request::Init {
        person: names.person.clone(),
        device_name: names.device_name.clone(),
    };
    let door = Door::open(&here.dir, Missing::Create, None, names).await?;
    let answer = ask_and_close(door, request).await?;
    let Answer::Initialised(made) = answer else {
        return Err(unexpected().into());
    };
    here.out.value(&made, || {
        format!(
            "{} on {}\ndevice {}\nspace  {}\nin     {}",
            made.person,
            made.device_name,
            made.device,
            made.space,
            here.dir.display()
        )
    })
}

/// The running process answered something else than was asked: it is another version.
pub fn unexpected() -> Fault {
    Fault::new(
        Code::Stopping,
        "the running skein gave an answer of another kind. nothing is lost. restart it: it is another version",
    )
}
