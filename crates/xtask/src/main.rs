//! `cargo xtask`: everything one does with this workspace besides writing in it.
//!
//! It depends on nothing that compiles C, so that it runs before anything is installed; what a
//! machine lacks it lists with the reason, and installs after that.
//!
//! - [`setup`]: what this machine needs for which purpose, and how it gets it.
//! - [`page`]: the window's page: packages and builds, only when something changed.
//! - [`workspace`]: the workspace's folders and the one way cargo is called.
//! - [`run`], [`demo`]: the application, and its story told.
//! - [`check`]: every test, in order, with a table at the end; [`guided`]: what only a nightly compiler can run.
//! - [`tidy`]: the rules of ARCHITECTURE.md that can be read from the sources.

mod check;
mod demo;
mod guided;
mod page;
mod run;
mod setup;
mod steps;
mod tidy;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "cargo xtask COMMAND

  run          set up what is missing, build, and open Skein
  run --two    the same with two devices on this machine, already joined
  demo         the two-window story under a virtual display, told line by line, with pictures
  test         set up what is missing and run every test
  test --quick without the long ones: no windows, no processes, no fuzz, no clippy
  test --nightly everything, and the coverage-guided fuzz with a nightly compiler
  setup        only set up what running and testing need
  tidy         check layers, names, sizes and the like
  bindings     write the TypeScript types of the window's commands anew
";

/// Why a command ended early, and with which exit code.
pub struct Stop {
    /// Exit code: 1 for what is not so, 2 for what a person has to do first.
    code: u8,
    /// A sentence for that person.
    message: String,
}

impl Stop {
    fn failed(message: impl Into<String>) -> Stop {
        Stop {
            code: 1,
            message: message.into(),
        }
    }

    fn needs_you(message: impl Into<String>) -> Stop {
        Stop {
            code: 2,
            message: message.into(),
        }
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop::failed(error.to_string())
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["run"] => run::one(),
        ["run", "--two"] => run::two(),
        ["demo"] => demo::demo(),
        ["test"] => check::check(check::Length::Full),
        ["test", "--quick"] => check::check(check::Length::Quick),
        ["test", "--nightly"] => check::check(check::Length::Nightly),
        ["setup"] => setup::ready(setup::Purpose::Test).map(drop),
        ["tidy"] => tidy::command(),
        ["bindings"] => page::bindings(),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("{}", stop.message);
            ExitCode::from(stop.code)
        }
    }
}
